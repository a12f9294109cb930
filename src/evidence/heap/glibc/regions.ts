import { endOfStretch, type MemoryImage, mappingAt } from '../memory.ts';
import type { Words } from '../words.ts';
import { hex, NON_MAIN_ARENA } from './chunk.ts';
import type { Damage } from './damage.ts';
import type { Parameters } from './find-arena.ts';
import type { GlibcLayout } from './layout.ts';

/** A stretch of memory that chunks fill without a gap. */
export interface Region {
  start: bigint;
  /** The top chunk's address, or the mark at the end of a full heap. */
  end: bigint;
  /** Ends with the arena's top chunk. */
  hasTop: boolean;
  /** Ends unknown: a fencepost is looked for, as the main heap is continued behind foreign memory. */
  open: boolean;
  /** NON_MAIN_ARENA or 0: what the size field of a used chunk here has. */
  arenaFlag: bigint;
}

export interface GlibcArena {
  address: bigint;
  isMain: boolean;
  /** A thread was inside of it: what it says may be half-done. */
  locked: boolean;
  top: bigint;
  lastRemainder: bigint;
  attachedThreads: bigint;
  systemMemory: bigint;
  /** Set up, but nothing was ever taken from it: its top is a place in itself. */
  untouched: boolean;
  /** The main arena got memory elsewhere than right behind itself: not all of its regions are known. */
  noncontiguous: boolean;
}

/** All arenas, the main one first, along their circle. */
export function readArenas(words: Words, main: bigint, layout: GlibcLayout, damages: Damage[]): GlibcArena[] {
  const arenas: GlibcArena[] = [];
  const seen = new Set<bigint>();
  for (let at = main; !seen.has(at); ) {
    seen.add(at);
    const arena = readArena(words, at, at === main, layout);
    const next = words.word(at + layout.arena.next);
    if (!arena || next === undefined) {
      const before = arenas.at(-1)?.address ?? main;
      damages.push({
        kind: 'arena-links',
        address: before + layout.arena.next,
        arena: before,
        what: `the arena at ${hex(before)} is followed by ${hex(at)}, where no arena can be read`,
      });
      break;
    }
    arenas.push(arena);
    if (next !== main && seen.has(next)) {
      damages.push({
        kind: 'arena-links',
        address: at + layout.arena.next,
        arena: at,
        what: `the arena at ${hex(at)} is followed by ${hex(next)} instead of the main arena at ${hex(main)}`,
      });
    }
    at = next;
  }
  return arenas;
}

function readArena(words: Words, at: bigint, isMain: boolean, layout: GlibcLayout): GlibcArena | undefined {
  const { arena } = layout;
  const mutex = words.half(at);
  const flags = words.half(at + 4n);
  const [top, lastRemainder, attachedThreads, systemMemory] = [
    words.word(at + arena.top),
    words.word(at + arena.lastRemainder),
    words.word(at + arena.attachedThreads),
    words.word(at + arena.systemMemory),
  ];
  if (mutex === undefined || flags === undefined || top === undefined) return undefined;
  if (lastRemainder === undefined || attachedThreads === undefined || systemMemory === undefined)
    return undefined;
  return {
    address: at,
    isMain,
    locked: mutex !== 0,
    top,
    lastRemainder,
    attachedThreads,
    systemMemory,
    untouched: isMain && top === at + arena.bins - 16n,
    noncontiguous: isMain && (flags & 2) !== 0,
  };
}

/** Where the chunks of the main arena lie. */
export function mainRegions(image: MemoryImage, arena: GlibcArena, sbrkBase: bigint | undefined): Region[] {
  const { top } = arena;
  if (arena.untouched) return [];
  const regions: Region[] = [];
  const base = sbrkBase ?? image.mappings.find(({ path }) => path === '[heap]')?.start;
  const here = base === undefined || base === 0n ? undefined : mappingAt(image.mappings, base);
  const start = base === undefined ? 0n : (base + 15n) & ~15n;
  const end = here && endOfStretch(image.mappings, here);
  if (end !== undefined && top >= start && top < end) {
    regions.push({ start, end: top, hasTop: true, open: true, arenaFlag: 0n });
    return regions;
  }
  if (end !== undefined) regions.push({ start, end, hasTop: false, open: true, arenaFlag: 0n });
  const away = mappingAt(image.mappings, top);
  if (away) regions.push({ start: away.start, end: top, hasTop: true, open: true, arenaFlag: 0n });
  return regions;
}

/** Where the chunks of another arena lie: its heaps, the oldest first. */
export function heapRegions(
  words: Words,
  arena: GlibcArena,
  layout: GlibcLayout,
  { heapMaximum }: Parameters,
  damages: Damage[],
): Region[] {
  const regions: Region[] = [];
  const seen = new Set<bigint>();
  const mask = ~(heapMaximum - 1n);
  const first = arena.address & mask;
  for (let heap = arena.top & mask, isNewest = true; heap !== 0n && !seen.has(heap); isNewest = false) {
    seen.add(heap);
    const [owner, previous, size] = [words.word(heap), words.word(heap + 8n), words.word(heap + 16n)];
    if (
      owner !== arena.address ||
      previous === undefined ||
      size === undefined ||
      size > heapMaximum ||
      size === 0n
    ) {
      damages.push({
        kind: 'heap-info',
        address: heap,
        arena: arena.address,
        what: `the heap at ${hex(heap)} says that it belongs to ${owner === undefined ? 'memory that cannot be read' : `the arena at ${hex(owner)}`}, but it is reached from the arena at ${hex(arena.address)}`,
      });
      break;
    }
    const start = heap === first ? (arena.address + layout.arena.size + 15n) & ~15n : heap + layout.heapInfo;
    const end = isNewest ? arena.top : heap + size - 16n;
    regions.unshift({ start, end, hasTop: isNewest, open: false, arenaFlag: NON_MAIN_ARENA });
    if (isNewest) checkTop(words, arena, heap + size, damages);
    heap = previous;
  }
  return regions;
}

/** The top chunk of a secondary heap reaches exactly to the heap's end. */
function checkTop(words: Words, arena: GlibcArena, end: bigint, damages: Damage[]): void {
  const field = words.word(arena.top + 8n);
  if (field === undefined || arena.top + (field & ~7n) === end) return;
  damages.push({
    kind: 'top-size',
    address: arena.top + 8n,
    chunk: arena.top,
    arena: arena.address,
    what: `the top chunk at ${hex(arena.top)} has the size ${hex(field & ~7n)}, but ${hex(end - arena.top)} bytes are left in its heap`,
    message: 'malloc(): corrupted top size',
  });
}

/** The main heap's top ends at a page, inside its mapping, and is no larger than all that was asked for. */
export function checkMainTop(image: MemoryImage, words: Words, arena: GlibcArena, damages: Damage[]): void {
  const why = arena.untouched ? undefined : wrongTop(image, words.word(arena.top + 8n), arena);
  if (why === undefined) return;
  damages.push({
    kind: 'top-size',
    address: arena.top + 8n,
    chunk: arena.top,
    arena: arena.address,
    what: `the top chunk at ${hex(arena.top)} ${why}`,
    message: 'malloc(): corrupted top size',
  });
}

function wrongTop(image: MemoryImage, field: bigint | undefined, arena: GlibcArena): string | undefined {
  const mapping = mappingAt(image.mappings, arena.top);
  if (field === undefined || !mapping) return 'lies in no memory that can be read';
  const size = field & ~7n;
  const shown = `has the size field ${hex(field)}`;
  if (size > arena.systemMemory)
    return `${shown}: more than the ${hex(arena.systemMemory)} bytes that the arena got from the system`;
  if (arena.top + size > endOfStretch(image.mappings, mapping))
    return `${shown}: it reaches beyond its mapping`;
  if (((arena.top + size) & 0xfffn) !== 0n) return `${shown}: it does not end at a page's end`;
  return undefined;
}
