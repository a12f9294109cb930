import type { Frame } from './finding.ts';
import type { Outcome } from './outcome.ts';
import type { World } from './world.ts';

/** What was allocated and released; bytes as requested. */
export interface TraceTotals {
  allocations: number;
  bytes: number;
  releases: number;
  /** Of both: moves by realloc, each a release and an allocation. */
  reallocations: number;
  /** Released by their thread's very next call. */
  temporary: number;
  /** Releases of blocks whose birth is not in the trace. */
  unmatchedReleases: number;
  /** Still live when the process ended. */
  live: number;
  liveBytes: number;
  peakBytes: number;
}

export interface TraceSite {
  world: World;
  /** Innermost first; empty when it could not be kept. That of the site's first block. */
  stack: Frame[];
  /** More blocks share the stack because return address and depth were the same; they were not unwound. */
  probable: boolean;
  allocations: number;
  bytes: number;
  temporary: number;
  live: number;
  liveBytes: number;
  /** Its part of the process's peak. */
  peakBytes: number;
}

export interface TracedProcess {
  pid: number;
  command: string[];
  /** Its parent's blocks may be released here. */
  forked: boolean;
  totals: TraceTotals;
  /** Milliseconds from the start of the trace. */
  peakAtMs: number;
  /** How many blocks lived for less than so long; the last bound holds all. */
  lifetimes: { belowNs: number; blocks: number }[];
  /** The most live bytes within each step of so many milliseconds, from the first event on. */
  timeline: { everyMs: number; liveBytes: number[] };
  /** By bytes allocated, most first. */
  sites: TraceSite[];
  /** Events that are in no file, and why. Absent when nothing is missing. */
  lost?: { allocations: number; bytes: number; releases: number; why: string };
}

/** Every allocation and release of one run, summed up. */
export interface Trace {
  schema: 'crossfree/trace@1';
  command: string[];
  /** Absent when a saved trace was read. */
  outcome?: Outcome;
  processes: TracedProcess[];
  /** Files that could not be read, and why. */
  problems: string[];
}
