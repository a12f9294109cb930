/** The three flags in the low bits of a chunk's size field. */
export const PREV_INUSE = 1n;
export const IS_MMAPPED = 2n;
export const NON_MAIN_ARENA = 4n;

/** Bytes before the user's memory: the previous chunk's size and this chunk's size. */
export const HEADER = 16n;

/** Since 2.43 a chunk that is a mapping of its own ends one header before its mapping, as one in a heap would. */
export function endsBeforeMark(end: bigint): boolean {
  return ((end + HEADER) & 0xfffn) === 0n;
}

/**
 * What a chunk is. `used`: handed out. `tcache` to `large`: free, in that list. `lost`: its neighbour
 * says that it is free, but no list has it. `tcache-struct`: a thread's tcache itself.
 */
export type ChunkState =
  | 'used'
  | 'tcache'
  | 'fastbin'
  | 'unsorted'
  | 'small'
  | 'large'
  | 'lost'
  | 'top'
  | 'fencepost'
  | 'tcache-struct'
  | 'mmapped';

export interface Chunk {
  /** Of the header; the user's memory begins 16 bytes later. */
  address: bigint;
  /** Bytes, header included, flags masked off. */
  size: bigint;
  /** The size field as it stands, flags included. */
  sizeField: bigint;
  /** The first word: belongs to the previous chunk's user while that is in use. */
  prevSize: bigint;
  state: ChunkState;
  /** Index of the tcache, fast or regular bin that holds it. */
  bin?: number;
}

/** The names of the flags that are set: `PREV_INUSE`, `IS_MMAPPED`, `NON_MAIN_ARENA`. */
export function flagsOf(sizeField: bigint): string[] {
  const names: string[] = [];
  if (sizeField & PREV_INUSE) names.push('PREV_INUSE');
  if (sizeField & IS_MMAPPED) names.push('IS_MMAPPED');
  if (sizeField & NON_MAIN_ARENA) names.push('NON_MAIN_ARENA');
  return names;
}

export function sizeOf(sizeField: bigint): bigint {
  return sizeField & ~7n;
}

/** Where the user's memory begins. */
export function userOf(chunk: Pick<Chunk, 'address'>): bigint {
  return chunk.address + HEADER;
}

/** Bytes that the owner may use: what malloc_usable_size gives. */
export function usableOf({
  address,
  size,
  sizeField,
}: Pick<Chunk, 'address' | 'size' | 'sizeField'>): bigint {
  const fillsMapping = (sizeField & IS_MMAPPED) !== 0n && !endsBeforeMark(address + size);
  return size - (fillsMapping ? HEADER : HEADER / 2n);
}

/** True for a chunk whose memory belongs to the allocator. */
export function isFree(chunk: Pick<Chunk, 'state'>): boolean {
  return ['tcache', 'fastbin', 'unsorted', 'small', 'large', 'lost', 'top'].includes(chunk.state);
}

/** The regular bin that a free chunk of `size` bytes belongs to: 2 to 63 are small, 64 to 126 large. */
export function binOf(size: bigint): number {
  const s = Number(size);
  if (s < 0x400) return s >> 4;
  if (s >> 6 <= 48) return 48 + (s >> 6);
  if (s >> 9 <= 20) return 91 + (s >> 9);
  if (s >> 12 <= 10) return 110 + (s >> 12);
  if (s >> 15 <= 4) return 119 + (s >> 15);
  if (s / 2 ** 18 < 3) return 124 + Math.floor(s / 2 ** 18);
  return 126;
}

export function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}
