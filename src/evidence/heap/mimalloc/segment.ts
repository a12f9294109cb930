import type { MemoryReader } from '../memory.ts';

/** Segments begin at multiples of it. */
export const SEGMENT = 32n << 20n;
export const SLICE = 64n << 10n;
const SLICES = 512;
const SLICE_ENTRY = 80;
/** Where the words from `segment_slices` to the entries of the slices stand in mimalloc 2.0. */
const COUNTS_AT = 224;
const ENTRIES_AT = 264;
/** A block of so many bytes or more is as large as its page. */
const LARGEST_STATED = 512 << 20;
const HEADER = ENTRIES_AT + (SLICES + 1) * SLICE_ENTRY;

/** A stretch of 32 MiB that mimalloc got from the system. */
export interface Segment {
  address: bigint;
  /** One block alone lies in it. */
  isHuge: boolean;
  slices: number;
  thread: bigint;
  header: Buffer;
}

/** Equal blocks side by side. mimalloc calls it a page. */
export interface Page {
  start: bigint;
  blockSize: bigint;
  /** So many blocks have been made of it yet, of so many that fit. */
  capacity: number;
  reserved: number;
  used: number;
  /** Heads of the three lists of free blocks; 0 for an empty one. */
  lists: { free: bigint; local: bigint; others: bigint };
  heap: bigint;
}

/** The segment that an address lies in, by what stands at its beginning. */
export function segmentOf(memory: MemoryReader, address: bigint): Segment | undefined {
  let at = address & ~(SEGMENT - 1n);
  // a huge block may reach over more of them than its own
  for (let back = 0; back < 64 && at > 0n; back++, at -= SEGMENT) {
    const segment = segmentAt(memory, at);
    if (segment) return address < at + BigInt(segment.slices) * SLICE ? segment : undefined;
  }
  return undefined;
}

function segmentAt(memory: MemoryReader, address: bigint): Segment | undefined {
  const header = memory.read(address, HEADER);
  if (!header) return undefined;
  const [slices, info, kind, entries, thread] = [0, 8, 16, 24, 32].map((at) =>
    header.readBigUInt64LE(COUNTS_AT + at),
  ) as [bigint, bigint, bigint, bigint, bigint];
  if (slices === 0n || slices > 1n << 32n || info === 0n || info > 8n || kind > 1n) return undefined;
  if (entries > BigInt(SLICES) || (kind === 0n && slices !== BigInt(SLICES))) return undefined;
  if (BigInt(header.readUInt32LE(ENTRIES_AT)) !== info || (thread & 7n) !== 0n) return undefined;
  return { address, isHuge: kind === 1n, slices: Number(slices), thread, header };
}

/** The page that an address of the segment lies in; undefined for what belongs to none. */
export function pageOf({ address, header, isHuge }: Segment, place: bigint): Page | undefined {
  let index = isHuge ? 1 : Number((place - address) / SLICE);
  const count = (slice: number) => header.readUInt32LE(ENTRIES_AT + slice * SLICE_ENTRY);
  const asked = index;
  // only the first of a page's slices counts them
  while (index > 0 && count(index) === 0) index--;
  if (index === 0 || (!isHuge && index + count(index) <= asked)) return undefined;
  const at = ENTRIES_AT + index * SLICE_ENTRY;
  const blockSize = header.readUInt32LE(at + 28);
  const reserved = header.readUInt16LE(at + 12);
  const bytes = count(index) * Number(SLICE);
  if (blockSize === 0 || reserved === 0) return undefined;
  // small blocks do not begin with the page, so that they do not all share their cache lines
  const offset = [384, 128, 0].find((one) => Math.floor((bytes - one) / blockSize) === reserved) ?? 0;
  return {
    start: address + BigInt(index) * SLICE + BigInt(blockSize <= 1024 ? offset : 0),
    blockSize: BigInt(blockSize >= LARGEST_STATED ? bytes : blockSize),
    capacity: header.readUInt16LE(at + 10),
    reserved,
    used: header.readUInt32LE(at + 24),
    lists: {
      free: header.readBigUInt64LE(at + 16),
      local: header.readBigUInt64LE(at + 32),
      others: header.readBigUInt64LE(at + 40) & ~3n,
    },
    heap: header.readBigUInt64LE(at + 48),
  };
}
