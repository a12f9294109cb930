import { mergeLabs } from '../lab/merge.ts';
import type { Recorded } from '../lab/record.ts';
import type { Run } from '../model/index.ts';
import type { NamedRun } from '../report/account.ts';
import { CannotMerge, mergeMatrices } from '../search/matrix/merge.ts';
import type { Matrix } from '../search/matrix/result.ts';
import { mergedRuns, runsOfMatrix } from './account.ts';
import { labOf } from './format.ts';
import type { Kept, MergedRuns } from './result.ts';

export { CannotMerge } from '../search/matrix/merge.ts';

/** What results become together: of a lab's parts a lab, of a matrix's a matrix, of runs a list of findings. */
export type Merged =
  | { kind: 'runs'; result: MergedRuns }
  | { kind: 'matrix'; result: Matrix }
  | { kind: 'lab'; result: Recorded };

/** Throws CannotMerge when they do not belong together, NoResult when a lab's folder is damaged. */
export function mergeResults(kept: readonly Kept[]): Merged {
  if (kept.every(isLab)) {
    const parts = kept.map((one) => ({ name: one.path, ...labOf(one) }));
    try {
      return { kind: 'lab', result: mergeLabs(parts) };
    } catch (error) {
      throw new CannotMerge((error as Error).message);
    }
  }
  if (kept.every(isMatrix)) {
    const parts = kept.map(({ path, result }) => ({ name: path, matrix: result }));
    return { kind: 'matrix', result: mergeMatrices(parts) };
  }
  return { kind: 'runs', result: mergedRuns(kept.flatMap(runsOf)) };
}

function runsOf({ path, result }: Kept): NamedRun[] {
  if (result.schema === 'crossfree/run@1') return [{ name: path, run: result satisfies Run }];
  if (result.schema === 'crossfree/merge@1') return result.runs;
  if (result.schema === 'crossfree/matrix@1')
    return runsOfMatrix(result).map(({ name, run }) => ({ name: `${path}: ${name}`, run }));
  throw new CannotMerge(`${path} is a result of ${result.schema}, which cannot be joined with others`);
}

function isLab(kept: Kept): kept is Kept & Kept<Extract<Kept['result'], { schema: 'crossfree/lab@1' }>> {
  return kept.result.schema === 'crossfree/lab@1';
}

function isMatrix(kept: Kept): kept is Kept & Kept<Matrix> {
  return kept.result.schema === 'crossfree/matrix@1';
}
