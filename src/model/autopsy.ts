import type { Finding, Frame } from './finding.ts';
import type { Outcome, Verdict } from './outcome.ts';
import type { Corruption, PointedBlock } from './run.ts';
import type { Allocator } from './world.ts';

/** What a piece of evidence is. `crash-record`: what crossfree's own runtime wrote at the fatal signal. */
export type EvidenceSource =
  | 'crash-record'
  | 'core'
  | 'gdb'
  | 'valgrind'
  | 'asan'
  | 'ubsan'
  | 'tsan'
  | 'lsan'
  | 'msan'
  | 'strace'
  | 'kernel-log'
  | 'output';

/** The instruction at which a thread was stopped. */
export interface FaultInstruction {
  /** `0x…`, in the process. */
  address: string;
  /** Hexadecimal digits, from the instruction's first byte on; may reach into later instructions. */
  bytes?: string;
  /** As a disassembler writes it: `mov %rax,0x8(%rdi)`. */
  text?: string;
  /** What its memory operand was, with the values that the registers had: `0x8(%rdi) = 0x8`. */
  operand?: string;
}

/** The moment at which the program was stopped. */
export interface Fault {
  /** `SIGSEGV`, … */
  signal?: string;
  /** The kernel's reason: `SEGV_MAPERR`, `BUS_ADRERR`, … */
  signalCode?: string;
  /**
   * The address that could not be reached: `0x…`.
   * @pattern ^0x[0-9a-f]{1,16}$
   */
  address?: string;
  access?: 'read' | 'write' | 'execute';
  /** The innermost frame of the program's own; that of a library where it has none. */
  frame?: Frame;
  /** Innermost first. */
  stack?: Frame[];
  instruction?: FaultInstruction;
  /** By name, `0x…`. */
  registers?: Record<string, string>;
}

/** Where another thread stood at that moment. */
export interface ThreadAccount {
  /** As the system numbers it. */
  thread: number;
  /** Innermost first. */
  stack: Frame[];
}

/** What an allocator's own metadata says of memory that something pointed to. */
export interface HeapPlace {
  /** What pointed there: `the address`, `rdi`, `rbx of the caller`, `the stack at +0x18`. */
  pointers: string[];
  address: string;
  allocator: Allocator;
  /** The memory that its owner has, or had. */
  block: { address: string; size: number };
  state: 'used' | 'free';
  /** Bytes from the block's start. */
  offset: number;
  /** Where in the allocator it stands: `in the tcache`, `small bin 7`, `slab of 64-byte regions`. */
  where?: string;
}

/** The heap as it stood at the moment of the crash. */
export interface HeapAccount {
  /** `glibc 2.36`, … */
  allocators: string[];
  places: HeapPlace[];
  /** What does not add up. */
  corruption: (Corruption & {
    /** The block that ends where the damage begins: who writes past its end does this. */
    before?: { address: string; size: number };
    /** The bytes that stand there now, as text where they are that. */
    found?: string;
  })[];
  /** What could not be told, and why. */
  notes: string[];
}

/** A sentence by which an allocator, a check or a language's runtime says that something is wrong. */
export interface RedFlag {
  /** The heading under which `crossfree explain` has it. */
  name: string;
  /** Who said it: `glibc`, `jemalloc`, `the Rust runtime`, … */
  by: string;
  /** The line as it was written. */
  said: string;
}

/** What a tool says that is no finding of ours. */
export interface Remark {
  tool: string;
  /** The tool's own name for it. */
  kind: string;
  message: string;
  frame?: Frame;
}

/** One file, or one run, that was read. */
export interface EvidencePiece {
  source: EvidenceSource;
  /** The file's path as it was given; absent for what crossfree saw itself. */
  file?: string;
  tool: string;
  /** False when it breaks off. */
  complete: boolean;
}

/** What the evidence cannot tell, and what would. */
export interface Unknown {
  what: string;
  remedy: string;
}

export interface SourceLine {
  line: number;
  text: string;
  /** The line that is executed. */
  current?: true;
}

/** The program as a debugger found it where it was stopped. */
export interface DebuggerStop {
  why: 'finding' | 'signal';
  /** Of a finding: `CF002`, … */
  code?: string;
  /** Of a signal. */
  signal?: string;
  /** As the debugger numbers it. */
  thread: number;
  /** The innermost frame of which there is source: registers, instructions and locals are its own. */
  frame?: Frame;
  /** Innermost first, without crossfree's own. */
  stack: Frame[];
  /** Lines around the one that is executed. */
  source: SourceLine[];
  instructions: { address: string; text: string; function?: string; current?: true }[];
  registers: Record<string, string>;
  /** From the stack pointer upwards. */
  words: { address: string; value: string; name?: string }[];
  /** Without a value: more than one line would show. */
  locals: { name: string; type?: string; value?: string }[];
}

/** What `crossfree autopsy --json` writes. */
export interface Autopsy {
  schema: 'crossfree/autopsy@1';
  /** The piece of evidence that the story rests on. */
  source: EvidenceSource;
  evidence: EvidencePiece[];
  /** The program and its arguments, where they are known. */
  command?: string[];
  outcome: Outcome;
  verdict: Verdict;
  findings: Finding[];
  fault?: Fault;
  /** The other threads, where they are known. */
  threads?: ThreadAccount[];
  heap?: HeapAccount;
  /** Where a debugger stopped the program, in their order. */
  stops?: DebuggerStop[];
  /** Blocks that something pointed into at that moment. */
  blocks?: PointedBlock[];
  /** The line to look at first: where the first wrong act took place, else where the program was stopped. */
  faulty?: Frame;
  flags: RedFlag[];
  remarks: Remark[];
  /** One statement each, in the order in which a person wants them. */
  story: string[];
  unknown: Unknown[];
  /** Commands that tell more, the best first. */
  next: string[];
  /** For a program that was run: by which means, and why not by the others. */
  means?: { chosen: string; why: string; others: { name: string; why: string }[] };
}
