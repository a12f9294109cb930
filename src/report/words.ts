import type { Act, World } from '../model/index.ts';

/** A world as prose names it: `C`, `C++ new[]`, `Rust (libfoo.so)`. */
export function worldName(world: World | undefined): string {
  if (world === undefined) return 'an unknown owner';
  const [kind, module] = split(world);
  const name = { c: 'C', 'c++': 'C++', 'c++[]': 'C++ new[]', rust: 'Rust' }[kind] ?? kind;
  return module === undefined ? name : `${name} (${module})`;
}

/** The part before `@`: the kind of a world. */
export function worldKind(world: World | undefined): string {
  return world === undefined ? '' : split(world)[0];
}

function split(world: World): [string, string | undefined] {
  const at = world.indexOf('@');
  return at < 0 ? [world, undefined] : [world.slice(0, at), world.slice(at + 1)];
}

/** `1 finding`, `2 findings`. */
export function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${count} ${count === 1 ? singular : plural}`;
}

/** A time as a person says it. */
export function duration(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${Number((ms / 1000).toFixed(1))} s`;
}

/** Whether the program's own act took place, or one that is the same. */
export function happened(act: Act): boolean {
  return act === 'performed' || act === 'equivalent';
}
