import type { Fault, HeapAccount } from './autopsy.ts';
import type { Block, Event, Finding } from './finding.ts';
import type { Coverage, Gap, Outcome, Verdict } from './outcome.ts';
import type { Allocator, Arrangement, World } from './world.ts';

/** A process that was followed, the first one included. */
export interface ObservedProcess {
  pid: number;
  /** Absent for the first process. */
  parent?: number;
  command: string[];
  outcome: Outcome;
}

/** A place that releases blocks: a whole call stack and the function that it calls. */
export interface ReleaseSite {
  /** Stable from run to run: made of modules and offsets, not of addresses. */
  id: string;
  /** The function that was called, as a person knows it. */
  via: string;
  world: World;
  /** Releases, those that were skipped included. */
  count: number;
  /** Of the blocks whose size is known, in all. */
  bytes: number;
  /** True when its releases did not happen. */
  skipped?: true;
  /** One such release. Its stack has names only where they were asked for. */
  death: Event;
  /** Of blocks released here, the most frequent first; not all of them. */
  births: ReleasedBirth[];
}

/** Where blocks of a release site were born; named as the site is. */
export interface ReleasedBirth extends Event {
  world?: World;
  /** Of the first such block, bytes as asked for. */
  size?: number;
  /** Blocks born there that the site released. */
  count: number;
}

/** Eight bytes of memory, and what their allocator takes them for. */
export interface MemoryWord {
  /** 16 hexadecimal digits, in the order of the memory. */
  bytes: string;
  /** `header`: metadata. `block`: what the owner has; `before` and `after`: the neighbours'. */
  is?: 'header' | 'block' | 'before' | 'after';
  /** In words, with the value decoded where it has one. */
  means?: string;
}

/** Memory word by word. */
export interface MemoryAround {
  /**
   * Of the first word: `0x…`
   * @pattern ^0x[0-9a-f]{1,16}$
   */
  address: string;
  words: MemoryWord[];
}

/** One place where an allocator's metadata contradicts itself: memory was written by somebody else. */
export interface Corruption {
  allocator: Allocator;
  /** As in docs/heap-metadata.md: `cycle`, `size-zero`, … */
  kind: string;
  /**
   * Of the word, entry or chunk that is wrong: `0x…`
   * @pattern ^0x[0-9a-f]{1,16}$
   */
  address: string;
  /** Header of the chunk concerned. */
  chunk?: string;
  /** One sentence with the values found. */
  what: string;
  /** What the allocator says when it notices. */
  message?: string;
  /** The memory around it; of the first few places of a process. */
  around?: MemoryAround;
  pid: number;
}

/** A block that something pointed into, or just past, when the program crashed. */
export interface PointedBlock {
  block: Block;
  /** Absent where it cannot be told. */
  world?: World;
  /** `passing`: its release had begun. */
  state: 'live' | 'freed' | 'passing';
  birth?: Event;
  /** Where it was released, as far as that was kept. */
  released?: Event;
  /** What pointed there: `the fault’s address`, `rdi`, `the stack at +0x18`; the first is the most telling. */
  pointers: string[];
  /** Bytes from the block's start to where the first of them points; beyond its size: past its end. */
  offset: number;
}

/** What crossfree's runtime wrote down when a fatal signal ended a process. */
export interface Crash {
  pid: number;
  /** 1 is the main thread. */
  thread: number;
  fault: Fault;
  /** Where a handler of the program's own raised the signal: what that one had been called for, the latest first. */
  earlier?: Fault[];
  /** The process that sent the signal, where one did. */
  sender?: number;
  blocks: PointedBlock[];
  /** The heap at that moment, where somebody looked at it. */
  heap?: HeapAccount;
  /** False when the record breaks off. */
  complete: boolean;
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
  /** What no longer adds up in the metadata of an allocator, read from outside at a process's end. */
  corruption?: Corruption[];
  /** Fatal signals, in the order in which they came. */
  crashes?: Crash[];
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
  /** Every release site, the most frequent first; present when it was asked for. */
  releaseSites?: ReleaseSite[];
  /** Findings that a suppression hid, and suppressions that matched nothing. */
  suppressed?: { count: number; unused: string[] };
}

/** What to do after a finding. */
export type OnFinding = 'heal' | 'faithful' | 'stop';
