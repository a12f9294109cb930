import type { Arrangement, Event, Run, World } from '../model/index.ts';

/** What makes one run of a search differ from the others. */
export interface Trial {
  /** World → allocator, for the worlds that are moved. */
  arrangement?: Arrangement;
  /** Asks for the places that release memory. */
  recordReleases?: true;
  /** Places whose releases do not happen, by id. */
  skipReleases?: readonly string[];
}

/** A place that releases memory, as a run with `recordReleases` saw it. */
export interface ReleaseSite {
  /** The same in every run of the program. */
  id: string;
  /** The entry point that is called there. */
  via: string;
  world: World;
  /** Releases in the run. */
  count: number;
  death: Event;
  /** Where what it releases was born, as far as that was kept. */
  births: Event[];
}

/** A run with what it printed and took. */
export interface TrialRun {
  run: Run & { releaseSites?: ReleaseSite[] };
  printed: { stdout: PrintedText; stderr: PrintedText };
  wallMs: number;
  /** Resident bytes of its largest process. */
  peak: number;
  /** Processes that outlived it, and were ended. */
  orphans: number;
}

/** What a program printed, bytes that are no UTF-8 replaced. */
export interface PrintedText {
  head: string;
  /** The end, where the middle was too long to keep. */
  tail?: string;
  /** Bytes between the two. */
  dropped?: number;
}

/** Runs the program once. */
export type RunTrial = (trial: Trial) => Promise<TrialRun>;
