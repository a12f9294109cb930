import type { Run } from '../model/index.ts';
import type { Source } from './sources.ts';
import type { MissingTool, ToolName } from './tools.ts';

/**
 * What measuring did to a claim. `differs`: same direction, other size. `refuted` and
 * `not-measurable` give their reason in `why`.
 */
export type ClaimVerdict = 'holds' | 'differs' | 'refuted' | 'not-measurable';

/** A published figure or sentence. */
export interface Claim {
  /** Unique within its experiment. */
  id: string;
  source: Source;
  claimed: ClaimValue;
}

/** What this machine says to a claim. */
export interface Answer {
  /** Absent when it could not be measured. */
  measured?: ClaimValue;
  verdict: ClaimVerdict;
  why: string;
}

export type ClaimValue = string | number | boolean | ClaimValue[];

/** One piece of the page that a person reads. */
export type PageBlock =
  | { kind: 'text'; text: string }
  | { kind: 'table'; header: string[]; rows: string[][] }
  | { kind: 'report'; title: string; run: Run };

/** What an experiment hands back. */
export interface ExperimentResult {
  /** By the claim's id; every claim of the experiment is answered. */
  answers: Record<string, Answer>;
  page: PageBlock[];
  /** Every figure that the answers rest on. */
  data: unknown;
}

/** What an experiment may use; it writes nowhere else than into `directory`. */
export interface Workbench {
  /** A directory of its own, empty at the start and removed afterwards. */
  directory: string;
  /** Folder of the lab's specimen sources. */
  specimens: string;
  /** True when a rough answer soon is wanted instead of a thorough one. */
  quick: boolean;
  /** The tools of `needs` and `uses` that are not there. */
  missing: readonly MissingTool[];
  /** Says in a few words what is going on now. */
  progress(step: string): void;
}

export interface Experiment {
  /** Also the name of its file, and of its folder of data. */
  id: string;
  title: string;
  /** Tools without which it cannot run at all. */
  needs: readonly ToolName[];
  /** Tools without which it says less. */
  uses: readonly ToolName[];
  claims: readonly Claim[];
  run(bench: Workbench): Promise<ExperimentResult>;
}

/** Whether the bench does without this tool. */
export function lacks(bench: Pick<Workbench, 'missing'>, tool: ToolName): boolean {
  return bench.missing.some((missing) => missing.tool === tool);
}

/** An experiment's part of `crossfree/lab@1`. */
export interface ExperimentReport {
  id: string;
  title: string;
  claims: (Claim & Answer)[];
  data: unknown;
  /** Tools that it did without. */
  missing: MissingTool[];
  /** Present when it broke off: what went wrong. */
  error?: string;
}
