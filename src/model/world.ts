/**
 * One way of getting and returning memory that must be paired with itself:
 * `c`, `c++`, `c++[]`, `rust`, `rust@libfoo.so`, `c++@libfoo.so` or a named one.
 */
export type World = string;

/** The implementation behind a world in one run: `glibc`, `jemalloc`, …, or a module's file name. */
export type Allocator = string;

/** Which allocator serves each world. */
export type Arrangement = Record<World, Allocator>;

/** The allocator that serves a world; none for a name that is there in every object. */
export function servedBy(arrangement: Arrangement, world: World): Allocator | undefined {
  return Object.hasOwn(arrangement, world) ? arrangement[world] : undefined;
}
