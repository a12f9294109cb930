import type {
  Block,
  Certainty,
  DebuggerStop,
  Event,
  EvidenceSource,
  Fault,
  FindingCode,
  FindingDetail,
  HeapAccount,
  Outcome,
  RedFlag,
  ThreadAccount,
  Unknown,
} from '../model/index.ts';

/** One wrong act as a tool reports it. */
export interface Complaint {
  tool: string;
  /** The tool's own name for it. */
  kind: string;
  /** The tool's own sentence. */
  message: string;
  /** The finding that it proves, where there is one. */
  code?: FindingCode;
  certainty?: Certainty;
  worlds?: { allocated?: string; released?: string };
  block?: Partial<Block>;
  act?: Event;
  birth?: Event;
  detail?: Partial<FindingDetail>;
}

/** What one piece of evidence tells. */
export interface Testimony {
  source: EvidenceSource;
  tool: string;
  /** False when it breaks off. */
  complete: boolean;
  command?: string[];
  outcome?: Outcome;
  fault?: Fault;
  complaints: Complaint[];
  flags: RedFlag[];
  /** The other threads. */
  threads?: ThreadAccount[];
  heap?: HeapAccount;
  /** Where a debugger stopped the program. */
  stops?: DebuggerStop[];
  /** What it cannot tell. */
  unknown?: Unknown[];
}

/** More frames, or complaints, of one report say nothing new. */
export const MOST_FRAMES = 256;
export const MOST_COMPLAINTS = 1000;
