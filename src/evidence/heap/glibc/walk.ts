import { type MemoryImage, mappingAt } from '../memory.ts';
import type { Words } from '../words.ts';
import { type Chunk, hex, IS_MMAPPED, NON_MAIN_ARENA, PREV_INUSE, sizeOf } from './chunk.ts';
import type { Damage, DamageKind } from './damage.ts';
import { SMALLEST_CHUNK } from './layout.ts';
import type { Limit } from './limit.ts';
import type { GlibcArena, Region } from './regions.ts';

/** Chunks in the order of their addresses, and stretches that could not be read as chunks. */
export interface Walked {
  chunks: Chunk[];
  unreadable: { start: bigint; end: bigint }[];
  /** Where the walk began and ended. */
  start: bigint;
  end: bigint;
}

/** Behind a chunk that makes no sense, the next believable one is looked for so far. */
const FARTHEST_SEARCH = 1n << 20n;
/** Foreign memory inside the main heap is skipped so far. */
const FARTHEST_SKIP = 64n << 20n;
/** So many chunks in a row are no chance. */
const BELIEVABLE = 6;

/** Walks a region from chunk to chunk; what makes no sense is said once and stepped over. */
export function walkRegion(
  image: MemoryImage,
  words: Words,
  region: Region,
  arena: GlibcArena,
  damages: Damage[],
  limit: Limit,
): Walked {
  const result: Walked = { chunks: [], unreadable: [], start: region.start, end: region.end };
  const { end } = region;
  let at = region.start;
  if (region.open && problemAt(words, at, region)) {
    // memory of somebody else comes first
    const start = resume(words, at, region, mappingAt(image.mappings, at)?.end ?? end, 4096n);
    if (start !== undefined) at = result.start = start;
  }
  const keep = (chunk: Chunk): void => {
    if (limit.keeps(chunk.address)) result.chunks.push(chunk);
  };
  while (at < end && limit.goesOn()) {
    const prevSize = words.word(at);
    const sizeField = words.word(at + 8n);
    if (prevSize === undefined || sizeField === undefined) {
      result.end = at;
      return result;
    }
    const size = sizeOf(sizeField);
    if (isFencepost(words, at, sizeField, region)) {
      keep({ address: at, size, sizeField, prevSize, state: 'fencepost' });
      if (!region.open) {
        at += size;
        continue;
      }
      const behind = at + 32n;
      const next = behind >= end ? undefined : resume(words, behind, region, behind + FARTHEST_SKIP, 16n);
      keep({ address: at + 16n, size, sizeField, prevSize: 0n, state: 'fencepost' });
      if (next === undefined) {
        result.end = behind;
        return result;
      }
      at = next;
      continue;
    }
    const problem = problemAt(words, at, region);
    if (!problem) {
      keep({ address: at, size, sizeField, prevSize, state: 'used' });
      at += size;
      continue;
    }
    damages.push({ ...problem, arena: arena.address });
    const flagsOnly = problem.kind === 'mmapped-flag' || problem.kind === 'arena-flag';
    if (flagsOnly) {
      keep({ address: at, size, sizeField, prevSize, state: 'used' });
      at += size;
      continue;
    }
    const next = resume(words, at + 16n, region, at + FARTHEST_SEARCH, 16n) ?? end;
    result.unreadable.push({ start: at, end: next });
    at = next;
  }
  return result;
}

/** Two marks of 16 bytes end a piece of the main heap, one and a mark of size 0 end a full heap. */
function isFencepost(words: Words, at: bigint, sizeField: bigint, region: Region): boolean {
  if (sizeField !== (16n | PREV_INUSE) && sizeField !== 16n) return false;
  return region.open
    ? words.word(at + 24n) === (16n | PREV_INUSE)
    : !region.hasTop && at + 16n === region.end;
}

/** What is wrong with the size field at `at`. */
function problemAt(
  words: Words,
  at: bigint,
  region: Region,
): Pick<Damage, 'kind' | 'address' | 'chunk' | 'what' | 'message'> | undefined {
  const field = words.word(at + 8n);
  if (field === undefined) return undefined;
  const size = sizeOf(field);
  const say = (kind: DamageKind, why: string, message?: string) => ({
    kind,
    address: at + 8n,
    chunk: at,
    what: `the chunk at ${hex(at)} has the size field ${hex(field)}: ${why}`,
    ...(message && { message }),
  });
  if (size === 0n) return say('size-zero', 'a size of zero', 'malloc(): invalid size (unsorted)');
  if (size & 15n) return say('size-misaligned', 'no multiple of 16', 'free(): invalid size');
  if (size < SMALLEST_CHUNK) return say('size-too-small', 'less than 32 bytes', 'free(): invalid size');
  if (at + size > region.end) {
    const left = region.end - at;
    return say(
      'size-too-big',
      `only ${hex(left)} bytes are left up to ${region.hasTop ? 'the top chunk' : 'the end of the heap'}`,
      'free(): invalid next size (normal)',
    );
  }
  if (field & IS_MMAPPED)
    return say('mmapped-flag', 'IS_MMAPPED inside a heap', 'munmap_chunk(): invalid pointer');
  if (region.arenaFlag === 0n && field & NON_MAIN_ARENA)
    return say('arena-flag', 'NON_MAIN_ARENA in the main heap');
  return undefined;
}

/** The next address from which a walk makes sense for a while, or reaches the end exactly. */
function resume(
  words: Words,
  from: bigint,
  region: Region,
  limit: bigint,
  firstStep: bigint,
): bigint | undefined {
  const last = limit < region.end ? limit : region.end;
  const start = (from + firstStep - 1n) & ~(firstStep - 1n);
  for (let at = start; at < last; at += firstStep) if (believable(words, at, region)) return at;
  return firstStep === 16n ? undefined : resume(words, from, region, limit, 16n);
}

function believable(words: Words, start: bigint, region: Region): boolean {
  let at = start;
  for (let count = 0; count < BELIEVABLE; count++) {
    if (at === region.end) return true;
    const field = words.word(at + 8n);
    if (field === undefined) return false;
    if (count > 0 && isFencepost(words, at, field, region)) return true;
    if (problemAt(words, at, region)) return false;
    if (count === 0 && (field & PREV_INUSE) === 0n && words.word(at) === 0n) return false;
    at += sizeOf(field);
  }
  return true;
}

/** The chunk that holds an address, by its header or by its user's memory. */
export function chunkAt(chunks: readonly Chunk[], address: bigint): Chunk | undefined {
  const index = indexAt(chunks, address);
  const found = chunks[index];
  return found && address < found.address + found.size ? found : undefined;
}

/** Index of the last chunk that begins at or before `address`; -1 when none does. */
export function indexAt(chunks: readonly Chunk[], address: bigint): number {
  let low = 0;
  let high = chunks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((chunks[middle] as Chunk).address <= address) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
