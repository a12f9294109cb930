import type { RedFlag } from '../../model/index.ts';
import { textLines } from '../text-lines.ts';
import { ALLOCATORS } from './allocators.ts';
import { GLIBC } from './glibc.ts';
import { LANGUAGES } from './languages.ts';
import type { FlagRule } from './rule.ts';

/** Every sentence that is known, the more special ones first. */
export const FLAG_RULES: readonly FlagRule[] = [...GLIBC, ...ALLOCATORS, ...LANGUAGES];

export interface FoundFlag extends RedFlag {
  rule: FlagRule;
}

/** More of them say nothing new. */
const MOST = 100;

/** What one line says, if it is a red flag. */
export function flagOf(line: string): FoundFlag | undefined {
  const text = line.trim();
  const rule = FLAG_RULES.find(({ pattern }) => pattern.test(text));
  return rule && { name: rule.name, by: rule.by, said: text, rule };
}

/** The red flags in what a program wrote, in its order; the same words are kept once. */
export function redFlags(text: string): FoundFlag[] {
  const found = new Map<string, FoundFlag>();
  for (const line of textLines(text)) {
    const flag = flagOf(line);
    if (flag && !found.has(flag.said)) found.set(flag.said, flag);
    if (found.size >= MOST) break;
  }
  return [...found.values()];
}

/** Its reports are read as such (sanitizer/); here it is only known as a check. */
const SANITIZER = /AddressSanitizer/;

/**
 * True when the text is the message of an allocator or of a hardening check. A failed assertion of the
 * program itself is none: nobody caught a memory fault there.
 */
export function isCheckMessage(text: string): boolean {
  return text
    .split('\n')
    .map((line) => line.trim())
    .some((line) => flagOf(line)?.rule.check === true || SANITIZER.test(line));
}
