import type { Finding, FindingDetail } from '../model/index.ts';
import { printable } from './printable.ts';
import { happened, worldKind, worldName } from './words.ts';

/** What happened here and what to do: one or two sentences each. */
export function advise(finding: Finding, allocatorOf: (world: string) => string | undefined): string {
  return `${consequence(finding, allocatorOf)} ${remedy(finding)}`.trim();
}

function consequence(finding: Finding, allocatorOf: (world: string) => string | undefined): string {
  const { detail, worlds, code } = finding;
  if (detail.reportedBy !== undefined) return `${printable(detail.reportedBy)} reported it.`;
  if (code === 'CF011')
    return `Two owners now write to the same bytes: memory is corrupted.${causeText(detail)}`;
  if (detail.act === 'stopped') return 'crossfree ended the program before this happened.';
  if (detail.act === 'prevented') {
    return `crossfree prevented it and released nothing; ${withoutUs(finding)}`;
  }
  if (detail.act === 'redirected') {
    return `crossfree gave the block to its true owner; ${withoutUs(finding)}`;
  }
  if (code === 'CF004') {
    const allocator = worlds.released === undefined ? undefined : allocatorOf(worlds.released);
    if (detail.act === 'performed' && allocator !== undefined && allocator !== 'glibc')
      return `The stated layout went to ${allocator} as it was; an allocator that trusts it files the block under a wrong size.`;
    return 'The allocator here does not look at the stated size, so nothing broke this time; one that trusts it corrupts memory.';
  }
  if (detail.sameAllocator) {
    const allocator = worlds.allocated === undefined ? undefined : allocatorOf(worlds.allocated);
    const both = worldKind(worlds.allocated) === worldKind(worlds.released) ? 'Both' : 'Both worlds';
    return `${both} share ${allocator ?? 'one allocator'} here, so nothing broke this time.`;
  }
  return happened(detail.act) ? 'The wrong release went through as the program wrote it.' : '';
}

const RELEASED_PLACES = {
  block: 'the place where the new block begins',
  other: 'the live block',
  neighbour: 'a block beside them, whose stated size reaches into theirs',
} as const;

function causeText({ cause }: FindingDetail): string {
  if (!cause) return '';
  return ` The cause is a wrong release before it (${printable(cause.code)}) of ${RELEASED_PLACES[cause.on] ?? 'one of them'}: ${printable(cause.message)}.`;
}

function withoutUs({ worlds, code }: Finding): string {
  if (code === 'CF001') {
    return `otherwise ${worldName(worlds.released)} would have taken a block that is not its own (--on-finding faithful shows what that does).`;
  }
  return 'what it does without us, --on-finding faithful shows.';
}

/** What to do about it: one or two sentences. */
export function remedy(finding: Finding): string {
  switch (finding.code) {
    case 'CF001':
      return crossFreeRemedy(worldKind(finding.worlds.allocated), worldKind(finding.worlds.released));
    case 'CF002':
      return doubleFreeRemedy(worldKind(finding.worlds.allocated), worldKind(finding.worlds.released));
    case 'CF003':
      return invalidFreeRemedy(finding.detail);
    case 'CF004':
      return 'Release it with the size and alignment that it was asked for: keep the true capacity beside the pointer.';
    case 'CF011':
      if (finding.detail.cause) return 'Mend that release.';
      return 'Look at the allocator that handed it out, and at what wrote over its records before.';
    case 'CF007':
    case 'CF008':
      return 'Give the block one owner that outlives every pointer to it, or move the release behind the last use.';
    case 'CF009':
    case 'CF010':
      return 'Let the length travel with the pointer, and check it where the access is made.';
    case 'CF012':
      return 'Say who owns the block, and release it there. A leak explains no crash.';
    case 'CF013':
      return 'Initialise it where it is made, and look at the result of what should have filled it.';
    case 'CF014':
      return 'Let one lock, thread or atomic operation order the two accesses.';
    case 'CF015':
      return 'Check the value where it comes in from outside.';
  }
}

function crossFreeRemedy(allocated: string, released: string): string {
  if (allocated === 'c' && released === 'rust')
    return 'Return it with free(), or copy it into a Vec, Box or CString.';
  if (allocated === 'rust' && released === 'rust') {
    return 'Each Rust library has an allocator of its own: let the one that made it export a function that drops it.';
  }
  if (allocated === 'rust') {
    return 'Hand it back to Rust (Box::from_raw, CString::from_raw) through an exported function, or allocate it with malloc.';
  }
  if (released === 'rust') return 'Hand it back to C++ for its delete, or copy it into a Vec or Box.';
  const pairs: Record<string, string> = {
    c: 'What malloc gave, free takes.',
    'c++': 'What new gave, delete takes.',
    'c++[]': 'What new[] gave, delete[] takes.',
  };
  return pairs[allocated] ?? 'Return it to the world that it came from.';
}

function doubleFreeRemedy(allocated: string, released: string): string {
  if (allocated === 'rust' || released === 'rust') {
    return 'Let one owner release it: into_raw and from_raw are a pair, once each, and ManuallyDrop keeps what is only lent.';
  }
  if (released.startsWith('c++')) {
    return 'Let one owner release it: unique_ptr says which, and a class that owns needs a copy constructor.';
  }
  return 'Let one owner release it, and set the pointer to NULL where ownership ends.';
}

function invalidFreeRemedy(detail: FindingDetail): string {
  switch (detail.where) {
    case 'interior':
      return "Keep the pointer to the block's start and release that one.";
    case 'stack':
      return 'A local variable is gone by itself: do not release it, or allocate it on the heap.';
    case 'static':
      return 'Static data is never released: copy it to the heap if its receiver releases it.';
    case 'mapped':
      return 'It came from mmap, or from an allocator that is not observed: return it to that one (munmap).';
    default:
      return 'The pointer is not initialised, damaged or stale: look at how it was computed.';
  }
}
