import type { Arrangement, Run } from '../model/index.ts';

/** What makes one run of a search differ from the others. */
export interface Trial {
  /** World → allocator, for the worlds that are moved. */
  arrangement?: Arrangement;
  /** Asks for the places that release memory. */
  recordReleases?: true;
  /** Of these, by id, the stacks are wanted with names. */
  nameReleases?: readonly string[];
  /** Places whose releases do not happen, by id, or all. */
  skipReleases?: readonly string[] | 'all';
  /** The heap is read at the end though there is no finding. */
  inspectHeap?: 'always';
}

/** A run with what it printed and took. */
export interface TrialRun {
  run: Run;
  printed: { stdout: PrintedText; stderr: PrintedText };
  wallMs: number;
  /** Resident bytes of its largest process. */
  peak: number;
  /** Processes that outlived it, and were ended. */
  orphans: number;
  /** `same`: stack, heap and modules lay where they lie in every run. */
  addresses: Addresses;
}

/** Where things lie in memory: alike in all runs, or as chance has it. */
export type Addresses = 'same' | 'random';

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
