import type { Certainty, FindingCode } from '../../model/index.ts';

/** One sentence that somebody writes when something is wrong. */
export interface FlagRule {
  /** The heading of its explanation in docs/crashes. */
  name: string;
  by: string;
  /** Matches within one line of at most LONGEST_LINE characters. */
  pattern: RegExp;
  /** An allocator or a hardening check says it: the verdict is `caught`. */
  check: boolean;
  /** The signal by which the speaker ends the program then. */
  signal?: string;
  /** What it proves, when it proves a finding. */
  finding?: { code: FindingCode; certainty: Certainty; reason?: string };
}

/** The text as a pattern that matches it literally. */
export function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
