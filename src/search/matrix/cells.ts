import type { Allocator, Arrangement, World } from '../../model/index.ts';
import { shuffledBy } from '../order.ts';
import { arrangementText } from './arrangement-text.ts';

export { arrangementText };

/** What can be moved: the languages' own worlds, not an arena that a program keeps inside one. */
export function movableWorlds(allocations: Readonly<Record<World, number>>): World[] {
  return Object.entries(allocations)
    .filter(([world, count]) => count > 0 && /^(c|c\+\+|c\+\+\[\]|rust|rust@.+)$/.test(world))
    .map(([world]) => world)
    .sort();
}

/**
 * The arrangements to be tried, by the worlds that they move. The first moves none; then each world
 * alone onto each allocator that it does not sit on already, or with `full` every combination.
 */
export function planArrangements(
  worlds: readonly World[],
  allocators: readonly Allocator[],
  base: Readonly<Arrangement>,
  full: boolean,
): Arrangement[] {
  const elsewhere = (world: World) => allocators.filter((allocator) => allocator !== base[world]);
  if (!full)
    return [{}, ...worlds.flatMap((world) => elsewhere(world).map((allocator) => ({ [world]: allocator })))];
  return worlds.reduce<Arrangement[]>(
    (all, world) =>
      all.flatMap((moved) => [
        moved,
        ...elsewhere(world).map((allocator) => ({ ...moved, [world]: allocator })),
      ]),
    [{}],
  );
}

/** One run to be made. */
export interface Turn {
  /** Index of its cell. */
  cell: number;
  repeat: number;
}

/** Every run of every cell, in the order of the seed. */
export function planTurns(cells: readonly Arrangement[], repeat: number, seed: number): Turn[] {
  const turns = cells.flatMap((_, cell) =>
    Array.from({ length: repeat }, (_unused, index) => ({ cell, repeat: index })),
  );
  return shuffledBy(turns, seed, (turn) => `${arrangementText(cells[turn.cell] ?? {})} ${turn.repeat}`);
}
