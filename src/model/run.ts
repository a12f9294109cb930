import type { Finding } from './finding.ts';
import type { Coverage, Gap, Outcome, Verdict } from './outcome.ts';
import type { Arrangement, World } from './world.ts';

/** A process that was followed, the first one included. */
export interface ObservedProcess {
  pid: number;
  /** Absent for the first process. */
  parent?: number;
  command: string[];
  outcome: Outcome;
}

/** What `crossfree run --json` writes. */
export interface Run {
  schema: 'crossfree/run@1';
  command: string[];
  arrangement: Arrangement;
  outcome: Outcome;
  verdict: Verdict;
  coverage: Coverage;
  findings: Finding[];
  processes: ObservedProcess[];
  observed: {
    /** Blocks handed out, by world. */
    allocations: Record<World, number>;
    gaps: Gap[];
    /** Releases of blocks whose birth nobody saw; they were passed through unjudged. */
    unknownReleases: number;
    /** Call sites that could not be told apart, by module path. */
    undeterminedSites?: Record<string, number>;
  };
  /** Findings that a suppression hid, and suppressions that matched nothing. */
  suppressed?: { count: number; unused: string[] };
}

/** What to do after a finding. */
export type OnFinding = 'heal' | 'faithful' | 'stop';
