import type { Run } from '../model/index.ts';
import type { Machine } from './machine.ts';
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
  | { kind: 'report'; title: string; run: Run }
  | Plot
  /** Lines that are shown as they are, such as a drawing of memory. */
  | { kind: 'figure'; title: string; lines: string[] };

/** Series of points over one axis; points stand in the order of their x. */
export interface Plot {
  kind: 'plot';
  title: string;
  x: Axis;
  y: Axis;
  series: Series[];
}

export interface Axis {
  /** What it counts, with its unit. */
  label: string;
  scale: 'linear' | 'log2' | 'log10';
}

export interface Series {
  name: string;
  points: PlotPoint[];
}

export interface PlotPoint {
  x: number;
  y: number;
  /** The spread of y over the repetitions, where there were some. */
  low?: number;
  high?: number;
}

/** What follows from a measurement. */
export interface Conclusion {
  /** By the claim's id; every claim of the experiment is answered. */
  answers: Record<string, Answer>;
  page: PageBlock[];
}

/** What an experiment hands back. */
export interface ExperimentResult extends Conclusion {
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
  /** Draws the conclusions again from kept data, where they follow from the data alone. */
  conclude?(data: unknown): Conclusion;
}

/** An experiment that measures, and concludes from nothing but what it measured. */
export interface MeasuredExperiment<Measurement> extends Omit<Experiment, 'run' | 'conclude'> {
  /** Hands back every sample, as values that JSON can hold. */
  measure(bench: Workbench): Promise<Measurement>;
  answersOf(measurement: Measurement): Record<string, Answer>;
  pageOf(measurement: Measurement): PageBlock[];
}

/** Makes an experiment whose figures can all be recomputed from its data. */
export function measured<Measurement>({
  measure,
  answersOf,
  pageOf,
  ...described
}: MeasuredExperiment<Measurement>): Experiment {
  const conclude = (data: unknown): Conclusion => ({
    answers: answersOf(data as Measurement),
    page: pageOf(data as Measurement),
  });
  return {
    ...described,
    conclude,
    async run(bench) {
      // concluded from what will be kept, so that the kept data gives the same answers
      const data: unknown = JSON.parse(JSON.stringify(await measure(bench)));
      return { ...conclude(data), data };
    },
  };
}

/** Whether the bench does without this tool. */
export function lacks(bench: Pick<Workbench, 'missing'>, tool: ToolName): boolean {
  return bench.missing.some((missing) => missing.tool === tool);
}

/** The page of one experiment, as it is kept. */
export type Page = PageBlock[];

/** An experiment's part of `crossfree/lab@1`. */
export interface ExperimentReport {
  /**
   * Also the name of the folder in which its data is kept.
   * @pattern ^[a-z][a-z0-9-]*$
   */
  id: string;
  title: string;
  claims: (Claim & Answer)[];
  data: unknown;
  /** Tools that it did without. */
  missing: MissingTool[];
  /** Present in a merged lab when it ran on another machine than the first. */
  machine?: Machine;
  /** Present when it broke off: what went wrong. */
  error?: string;
}
