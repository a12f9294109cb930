import type { LabReport } from '../lab/lab-report.ts';
import type { Autopsy } from '../model/autopsy.ts';
import type { ForgetResult } from '../model/forget.ts';
import type { Run } from '../model/index.ts';
import type { Trace } from '../model/trace.ts';
import type { FindingGroup, NamedRun } from '../report/account.ts';
import type { Matrix } from '../search/matrix/result.ts';

/** What `crossfree merge` makes of runs. */
export interface MergedRuns {
  schema: 'crossfree/merge@1';
  runs: NamedRun[];
  /** The findings of all runs by their fingerprint, in the order in which they first appear. */
  groups: FindingGroup[];
}

/** Any result that a command keeps, told by its `schema`. */
export type Result = Run | MergedRuns | Matrix | ForgetResult | LabReport | Trace | Autopsy;

/** A result that was kept, and where. */
export interface Kept<T extends Result = Result> {
  /** The folder or file, as it was given. */
  path: string;
  result: T;
}
