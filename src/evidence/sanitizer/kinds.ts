import type { FindingCode } from '../../model/index.ts';

/** What a sanitizer's own name for an error proves; `position`: where the address lies to the block. */
export function codeOf(kind: string, write: boolean, position: string | undefined): FindingCode | undefined {
  if (/^(heap-use-after-free|stack-use-after-(return|scope)|use-after-poison)$/.test(kind))
    return write ? 'CF007' : 'CF008';
  if (/underflow$/.test(kind)) return 'CF010';
  if (/(buffer-overflow|container-overflow|intra-object-overflow)$/.test(kind))
    return position === 'before' ? 'CF010' : 'CF009';
  return BY_NAME[kind];
}

const BY_NAME: Record<string, FindingCode> = {
  'double-free': 'CF002',
  'bad-free': 'CF003',
  'bad-malloc_usable_size': 'CF003',
  'alloc-dealloc-mismatch': 'CF001',
  'new-delete-type-mismatch': 'CF004',
  'negative-size-param': 'CF015',
  'odr-violation': 'CF015',
  'use-of-uninitialized-value': 'CF013',
  'data race': 'CF014',
};

/** Errors that are signals caught by the sanitizer: it says how the program would have died. */
export const SIGNALS: Record<string, string> = {
  SEGV: 'SIGSEGV',
  BUS: 'SIGBUS',
  FPE: 'SIGFPE',
  ILL: 'SIGILL',
  ABRT: 'SIGABRT',
  TRAP: 'SIGTRAP',
  'stack-overflow': 'SIGSEGV',
};

/** The sanitizer's own name for the error in its first sentence. */
export function kindOf(sentence: string): string {
  if (sentence.startsWith('attempting double-free')) return 'double-free';
  if (sentence.startsWith('attempting free on address')) return 'bad-free';
  if (sentence.startsWith('attempting to call malloc_usable_size')) return 'bad-malloc_usable_size';
  if (sentence.includes('param-overlap')) return 'odr-violation';
  const race = /^(data race|heap-use-after-free|[a-z -]+?)(?: on vptr.*| \(|$)/.exec(sentence)?.[1];
  if (race?.startsWith('data race')) return 'data race';
  return sentence.split(/[ :(]/, 1)[0] ?? 'unknown';
}
