import { isDeepStrictEqual } from 'node:util';
import type { Arrangement } from '../../model/index.ts';
import { type Cell, cellOf, type Matrix } from './result.ts';

/** These are parts of different matrices; the message says what differs. */
export class CannotMerge extends Error {}

/**
 * Parts of one matrix as the whole: every cell with the runs of all parts, in the order of the whole. Of a single
 * shard's cells the others are missing, and it is not complete. Throws CannotMerge.
 */
export function mergeMatrices(parts: readonly { name: string; matrix: Matrix }[]): Matrix {
  const [first, ...others] = parts;
  if (!first) throw new CannotMerge('there is nothing to merge');
  for (const other of others) compare(first, other);
  const planned = distinct(
    parts.flatMap(({ matrix }) => matrix.shard?.planned ?? matrix.cells.map(({ moved }) => moved)),
  );
  const cells = planned.flatMap((moved) => {
    const runs = parts.flatMap(({ matrix }) => find(matrix.cells, moved)?.runs ?? []);
    return cellOf(moved, runs) ?? [];
  });
  const { shard: _part, ...whole } = first.matrix;
  return {
    ...whole,
    worlds: [...new Set(parts.flatMap(({ matrix }) => matrix.worlds))],
    allocators: [...new Set(parts.flatMap(({ matrix }) => matrix.allocators))],
    complete: cells.length === planned.length && cells.every(({ runs }) => runs.length >= whole.repeat),
    cells,
  };
}

function compare(first: { name: string; matrix: Matrix }, other: { name: string; matrix: Matrix }): void {
  const differs = (what: string) =>
    new CannotMerge(`${other.name} is of ${what} than ${first.name}: only parts of one matrix can be joined`);
  if (first.matrix.program.sha256 !== other.matrix.program.sha256)
    throw differs('another program, or another build of it,');
  if (!isDeepStrictEqual(first.matrix.command, other.matrix.command)) throw differs('another command line');
  if (first.matrix.repeat !== other.matrix.repeat) throw differs('another number of runs of a cell');
}

function distinct(arrangements: readonly Arrangement[]): Arrangement[] {
  return arrangements.filter(
    (one, index) => arrangements.findIndex((other) => isDeepStrictEqual(one, other)) === index,
  );
}

function find(cells: readonly Cell[], moved: Arrangement): Cell | undefined {
  return cells.find((cell) => isDeepStrictEqual(cell.moved, moved));
}
