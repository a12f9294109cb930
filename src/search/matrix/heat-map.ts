import { type Allocator, type Arrangement, servedBy } from '../../model/index.ts';
import { arrangementText } from './arrangement-text.ts';
import type { Cell, Matrix } from './result.ts';

/** A matrix as rows and columns. */
export interface HeatMap {
  columns: Allocator[];
  rows: { name: string; cells: (PlacedCell | undefined)[] }[];
}

export interface PlacedCell {
  cell: Cell;
  /** True where the place shows the program as it is: the world sits on this allocator by itself. */
  own: boolean;
}

/**
 * Columns are allocators. A row is a world where each was moved alone, else every arrangement of all worlds but
 * the last. A place is undefined where nothing was run.
 */
export function heatMapOf({ cells, worlds, allocators }: Matrix): HeatMap {
  const own = cells.find(({ moved }) => Object.keys(moved).length === 0);
  const alone = cells.every(({ moved }) => Object.keys(moved).length < 2);
  const columns = [
    ...new Set([
      ...allocators,
      ...worlds.flatMap((world) => (own && servedBy(own.arrangement, world)) ?? []),
    ]),
  ];
  const find = (wanted: Arrangement): PlacedCell | undefined => {
    const cell = cells.find(({ moved }) => same(moved, wanted));
    if (cell) return { cell, own: cell === own };
    // moved onto what it sits on already: one world less is moved
    const rest = Object.entries(wanted).filter(
      ([world, allocator]) => !own || servedBy(own.arrangement, world) !== allocator,
    );
    return rest.length < Object.keys(wanted).length ? find(Object.fromEntries(rest)) : undefined;
  };
  if (alone) {
    const rows = worlds.map((world) => ({
      name: world,
      cells: columns.map((allocator) => find({ [world]: allocator })),
    }));
    return rows.length > 0
      ? { columns, rows }
      : { columns: ['as it is'], rows: [{ name: 'all', cells: [find({})] }] };
  }
  const last = worlds.at(-1) ?? '';
  const others = distinct(
    cells.map(({ moved }) => Object.fromEntries(Object.entries(moved).filter(([world]) => world !== last))),
  );
  return {
    columns,
    rows: others.map((moved) => ({
      name: `${arrangementText(moved)}; ${last} on`,
      cells: columns.map((allocator) => find({ ...moved, [last]: allocator })),
    })),
  };
}

function same(a: Arrangement, b: Arrangement): boolean {
  const worlds = Object.keys(a);
  return worlds.length === Object.keys(b).length && worlds.every((world) => a[world] === b[world]);
}

function distinct(arrangements: readonly Arrangement[]): Arrangement[] {
  return arrangements.filter((one, index) => arrangements.findIndex((other) => same(one, other)) === index);
}
