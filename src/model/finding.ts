import type { World } from './world.ts';

export const FINDING_KINDS = {
  CF001: 'cross-free',
  CF002: 'double-free',
  CF003: 'invalid-free',
  CF004: 'layout-mismatch',
  CF007: 'write-after-free',
  CF008: 'read-after-free',
  CF009: 'overflow',
  CF010: 'underflow',
  CF011: 'two-owners',
  CF012: 'leak',
  CF013: 'uninitialised',
  CF014: 'data-race',
  CF015: 'undefined-behaviour',
} as const;

export type FindingCode = keyof typeof FINDING_KINDS;
export type FindingKind = (typeof FINDING_KINDS)[FindingCode];

/** `proven`: a bug. `possible`: may be a false positive; `detail.reason` says why. */
export type Certainty = 'proven' | 'possible';

/** One frame of a call stack, innermost first; an inlined call is a frame of its own. */
export interface Frame {
  /** Demangled name; absent where no symbol covers the address. */
  function?: string;
  file?: string;
  line?: number;
  column?: number;
  /** Path of the module that the address lies in. */
  module?: string;
  /** Offset of the instruction in its module, as the ELF file counts: `0x…`. */
  offset?: string;
  /** True for a frame that the compiler folded into the one after it. */
  inlined?: boolean;
  /**
   * Of several places in this function that make the same call, which one, in the order of their lines: 2 for the
   * second; absent for the first.
   */
  nth?: number;
}

export interface Event {
  /** 1 is the main thread; the others are numbered as they appear. */
  thread: number;
  /** The entry point that was called: `malloc`, `operator delete`, `__rust_dealloc`, … */
  via?: string;
  stack: Frame[];
  /** True when the stack belongs to an earlier block of the same call site and depth. */
  probable?: boolean;
}

export interface Block {
  /** `0x…`; empty where the evidence does not name it. */
  address: string;
  /** Bytes, as asked for; absent where nobody recorded it. */
  size?: number;
  /** Bytes, as asked for; absent where the allocator's default was meant. */
  alignment?: number;
}

export type PointerPlace = 'interior' | 'stack' | 'static' | 'mapped' | 'unmapped';

/** The codes that crossfree's own runtime finds; the others come from the reports of other tools. */
export const OWN_CODES: readonly FindingCode[] = ['CF001', 'CF002', 'CF003', 'CF004', 'CF011'];

/**
 * What became of the wrong act. `performed`: it went through. `equivalent`: the block went to its
 * owner, which is also what the act would have done. `redirected`: the block went to its owner, the
 * act would have done something else. `prevented`: nothing was released. `stopped`: we ended the
 * program before it.
 */
export type Act = 'performed' | 'equivalent' | 'redirected' | 'prevented' | 'stopped';

/** What else is known, by kind of finding. */
export interface FindingDetail {
  act: Act;
  /** Why a `possible` finding may be a false positive. */
  reason?: string;
  /** CF003: the pointer that was released, and where it points. */
  pointer?: string;
  where?: PointerPlace;
  /** CF003 interior: bytes from the block's start. */
  offset?: number;
  /** CF003 static: the module that the address belongs to. */
  module?: string;
  /** CF004: the layout at birth and the one stated at death, bytes. */
  expected?: { size?: number; alignment?: number };
  actual?: { size?: number; alignment?: number };
  /** CF002: where it was released first, as far as it was kept. */
  released?: Event;
  /** CF011: the live block that the new one overlaps. */
  other?: { block: Block; birth: Event };
  /**
   * CF011: the latest wrong release that was let through and reaches, by the block's own size or by the one
   * that was stated, into what is owned twice. `on` says what it was given: the place where the new block
   * begins, the live one, or a neighbour of both.
   */
  cause?: {
    code: FindingCode;
    message: string;
    block: Block;
    on: 'block' | 'other' | 'neighbour';
    death?: Event;
  };
  /** True when both worlds sit on the same allocator in this run. */
  sameAllocator?: boolean;
  /** Path of the module whose stripped or optimised code the judgement rests on. */
  restsOn?: string;
  /** The tool whose report this is, where crossfree did not see it itself: `Valgrind`, … */
  reportedBy?: string;
  /** CF007 to CF010, CF013, CF014: the access that was wrong. */
  access?: { kind: 'read' | 'write'; size?: number; address?: string };
  /** CF014: the other thread's access. */
  previous?: Event;
}

export interface Finding {
  code: FindingCode;
  kind: FindingKind;
  certainty: Certainty;
  /** One sentence that names both parties. */
  message: string;
  /** How often the same act happened at the same place. */
  count: number;
  worlds: { allocated?: World; released?: World };
  block: Block;
  birth?: Event;
  death?: Event;
  detail: FindingDetail;
  /** Id of the release site that it happened at, where release sites were recorded. */
  releaseSite?: string;
  /** Process id; absent when there was only one process. */
  pid?: number;
}
