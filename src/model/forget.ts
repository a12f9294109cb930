import type { Event, Finding } from './finding.ts';
import type { Gap, Outcome, Verdict } from './outcome.ts';
import type { ReleasedBirth } from './run.ts';
import type { Arrangement, World } from './world.ts';

/** A place that releases blocks, as a person is shown it. */
export interface NamedSite extends Event {
  /** The same in every run. */
  id: string;
  /** The function that is called there: `free`, `__rust_dealloc`, … */
  via: string;
  world: World;
  /** Releases in one run. */
  count: number;
}

/** A release without which the program ends well, together with the other guilty ones. */
export interface GuiltyRelease {
  site: NamedSite;
  /** Where the blocks were born that are released there, the most frequent place; absent where nobody saw it. */
  birth?: ReleasedBirth;
  /** What the ledger proves of this release, if anything. */
  finding?: Finding;
  /** How sure it is that this site has to be skipped, 0 to 1: that what was seen is no chance. */
  confidence: number;
  /** Sites of which each heals as well when it is skipped instead: of a double free, the other release. */
  alternatives: NamedSite[];
}

/** How a run ended, and how often. */
export interface Ending {
  verdict: Verdict;
  outcome: Outcome;
  /** Of a process that it started and that ended by a fault. */
  child?: Outcome;
  runs: number;
}

/**
 * `guilty`: without some releases it goes well. `healthy`: nothing goes wrong. `another-reason`: it goes as wrong
 * when nothing is released. `unknown`: it goes wrong, and why could not be found out; `reason` says what stood in
 * the way.
 */
export type Conclusion = 'guilty' | 'healthy' | 'another-reason' | 'unknown';

/** What `crossfree forget --json` writes. */
export interface ForgetResult {
  schema: 'crossfree/forget@1';
  command: string[];
  /** Which allocator served each world. */
  arrangement: Arrangement;
  /** How it ends by itself: the most frequent of the bad endings, if there is one. */
  outcome: Outcome;
  verdict: Verdict;
  /** One or two sentences. */
  reason: string;
  conclusion: Conclusion;
  /** Empty when no release is to blame. */
  guilty: GuiltyRelease[];
  /** True when it was tried that none of the guilty can be left out. */
  minimal: boolean;
  /** Endings of the program as it is, the most frequent first. */
  untouched: Ending[];
  /** Endings when nothing is released. */
  withoutReleases: Ending[];
  /** Endings when only the guilty are skipped. */
  withoutGuilty: Ending[];
  /** Release sites that were seen in all runs together. */
  sites: number;
  /** How often the program was run, and how often it might have been. */
  runs: number;
  mostRuns: number;
  seed: number;
  /** What could not be seen or moved in the program as it is. */
  gaps: Gap[];
  /** False when it was interrupted. */
  complete: boolean;
}
