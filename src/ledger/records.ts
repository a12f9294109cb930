import type * as layout from './layout.ts';
import type { Struct, Values } from './struct.ts';

type Of<S> = S extends Struct<infer F> ? Omit<Values<F>, 'magic' | 'type' | 'length' | 'reserved'> : never;

export interface ModuleRecord extends Of<typeof layout.RecordModule> {
  type: 'module';
  path: string;
  /** Hexadecimal digits; empty when the module has none. */
  buildId: string;
}

export interface StackRecord extends Of<typeof layout.RecordStack> {
  type: 'stack';
  /** Return addresses, innermost first. */
  frames: number[];
}

export interface GapRecord extends Of<typeof layout.RecordGap> {
  type: 'gap';
  detail: string;
}

export interface MessageRecord extends Of<typeof layout.RecordMessage> {
  type: 'message';
  text: string;
}

export interface ExecRecord extends Of<typeof layout.RecordExec> {
  type: 'exec';
  path: string;
}

export interface CrashRecord extends Of<typeof layout.RecordCrash> {
  type: 'crash';
  /** The instruction's address, then return addresses, innermost first. */
  frames: number[];
  /** From the instruction's first byte on. */
  bytes: Buffer;
}

export interface CrashMemoryRecord extends Of<typeof layout.RecordCrashMemory> {
  type: 'crashMemory';
  bytes: Buffer;
}

export type CrashBlockRecord = Of<typeof layout.RecordCrashBlock> & { type: 'crashBlock' };
export type CrashEndRecord = Of<typeof layout.RecordCrashEnd> & { type: 'crashEnd' };
export type ModuleGoneRecord = Of<typeof layout.RecordModuleMove> & { type: 'moduleGone' };
export type ModuleBackRecord = Of<typeof layout.RecordModuleMove> & { type: 'moduleBack' };
export type WorldRecord = Of<typeof layout.RecordWorld> & { type: 'world' };
export type FindingRecord = Of<typeof layout.RecordFinding> & { type: 'finding' };
export type CauseRecord = Of<typeof layout.RecordCause> & { type: 'cause' };
export type PairRecord = Of<typeof layout.RecordPair> & { type: 'pair' };
export type ProviderRecord = Of<typeof layout.RecordProvider> & { type: 'provider' };
export type ExitRecord = Of<typeof layout.RecordExit> & { type: 'exit' };
export type UserRecord = Of<typeof layout.RecordUser> & { type: 'user' };
export type ForkRecord = Of<typeof layout.RecordFork> & { type: 'fork' };

export type ReleaseRecord = Of<typeof layout.RecordRelease> & { type: 'release' };
export type ReleaseBirthRecord = Of<typeof layout.RecordReleaseBirth> & { type: 'releaseBirth' };

export type LedgerRecord =
  | ModuleRecord
  | ModuleGoneRecord
  | ModuleBackRecord
  | WorldRecord
  | StackRecord
  | FindingRecord
  | CauseRecord
  | PairRecord
  | GapRecord
  | ProviderRecord
  | MessageRecord
  | ForkRecord
  | ExitRecord
  | ExecRecord
  | UserRecord
  | ReleaseRecord
  | ReleaseBirthRecord
  | CrashRecord
  | CrashBlockRecord
  | CrashMemoryRecord
  | CrashEndRecord;

/** What one process, and the children that it forked, left behind. */
export interface Ledger {
  /** The file. */
  path: string;
  /** Number of the user whom the file belongs to. */
  owner?: number;
  pid: number;
  parentPid: number;
  /** CLOCK_MONOTONIC, nanoseconds. */
  startedNs: number;
  command: string[];
  /** The runtime's start-up ran to its end. */
  ready: boolean;
  /** We ended the process: `--on-finding stop`. */
  stopped: boolean;
  /** What the process gave to exit; absent when it did not come to that. */
  exitCode?: number;
  /** Later call sites share stacks. */
  sitesFull: boolean;
  worldsFull: boolean;
  /** A memory limit left no room for the books: nothing was seen, or no more. */
  unobserved: boolean;
  /** The runtime was built without the decoder that relocates prologues. */
  noDecoder: boolean;
  /** Records lost because the file could not grow. */
  dropped: number;
  /** Blocks that found no room in the shadow. */
  untracked: number;
  /** Releases of blocks whose birth nobody saw. */
  unknownReleases: number;
  /** Blocks handed out, by process id, then by world id. */
  allocations: Map<number, number[]>;
  records: LedgerRecord[];
  /** Records that were begun and not finished, and bytes that are none. */
  cutOff: number;
  /** Why nothing, or not all, could be read. */
  problem?: string;
}
