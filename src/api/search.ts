import type { ProgramOptions } from './run.ts';

/** What we need of an AbortSignal. */
export interface Interrupt {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** How a program is run many times. */
export interface SearchOptions extends ProgramOptions {
  /** Runs that show how something ends; absent: 3. */
  repeat?: number;
  /** The order of the runs; absent: 1. */
  seed?: number;
  /** Runs at once; absent: as many as there are cores. */
  jobs?: number;
  /** Resident bytes that one run may take. */
  memory?: number;
  /** Each run in a copy of the working directory. */
  copyCwd?: boolean;
  /** A file for the program's standard input; absent: none. */
  stdin?: string;
  /** A shell command that makes good what a run changed. */
  reset?: string;
  /** Called with what is going on, in a few words. */
  progress?: (text: string) => void;
  /** Ends the search early; what has finished is handed back. */
  signal?: Interrupt;
}
