/** The memory of a process with a small heap, in the forms that glibc's structures had over the years. */
import { type Mapping, type MemoryImage, memoryOfPieces } from '../memory.ts';

/** Read off glibc's sources, not off the decoder's table. */
export interface Form {
  /** Where `top` stands in an arena. */
  top: number;
  tcacheBins: number;
  tcacheChunk: bigint;
  /** The tcache counts the room that is left. */
  room: boolean;
  fill: number;
  largest: bigint;
  mangled: boolean;
  /** The mark is one random number; else the tcache's address. */
  random: boolean;
}

const old = { top: 96, tcacheBins: 64, tcacheChunk: 0x290n, room: false, fill: 7, largest: 1032n };
const room = { ...old, tcacheBins: 76, tcacheChunk: 0x300n, room: true, mangled: true, random: true };
export const FORMS: Record<string, Form> = {
  '2.31': { ...old, mangled: false, random: false },
  '2.33': { ...old, mangled: true, random: false },
  '2.36': { ...old, mangled: true, random: true },
  '2.41': { ...old, mangled: true, random: true },
  '2.42': room,
  '2.43': { ...room, top: 8, fill: 16, largest: 1041n },
};

const LIBRARY = 0x7000_0000_0000n;
const DATA = LIBRARY + 0x1000n;
const ARENA = DATA + 0x100n;
const HEAP = 0x5000_0000n;
const HEAP_SIZE = 0x21000n;
const KEY = 0x1234_5678_9abc_def1n;
/** Bytes of the chunks in the tcache. */
export const CACHED = 0x30n;

export interface Whole {
  image: MemoryImage;
  /** The blocks in the tcache, the next one to be handed out first. */
  cached: bigint[];
  /** Adds to what the tcache keeps of its bin of these blocks. */
  miscount(by: number): void;
}

/** @param text what the library says of itself */
export function processOf(form: Form, text: string): Whole {
  const library = Buffer.alloc(4096);
  library.write(text, 64, 'latin1');
  const data = Buffer.alloc(4096);
  const heap = Buffer.alloc(Number(HEAP_SIZE));
  const put = (buffer: Buffer, base: bigint, address: bigint, value: bigint): void => {
    buffer.writeBigUInt64LE(value, Number(address - base));
  };
  const arena = (offset: number, value: bigint) => put(data, DATA, ARENA + BigInt(offset), value);
  const chunk = (address: bigint, size: bigint) => put(heap, HEAP, address + 8n, size | 1n);

  const first = HEAP + form.tcacheChunk;
  const cached = [2n, 1n, 0n].map((index) => first + index * CACHED + 16n);
  const used = first + 3n * CACHED;
  const top = used + 0x40n;
  chunk(HEAP, form.tcacheChunk);
  for (const block of cached) chunk(block - 16n, CACHED);
  chunk(used, 0x40n);
  chunk(top, HEAP + HEAP_SIZE - top);

  const tcache = HEAP + 16n;
  cached.forEach((block, index) => {
    const next = cached[index + 1] ?? 0n;
    put(heap, HEAP, block, form.mangled ? next ^ (block >> 12n) : next);
    put(heap, HEAP, block + 8n, form.random ? KEY : tcache);
  });
  for (let bin = 0; bin < form.tcacheBins; bin++) {
    const held = bin === 1 ? cached.length : 0;
    heap.writeUInt16LE(form.room ? form.fill - held : held, 16 + 2 * bin);
  }
  put(heap, HEAP, tcache + BigInt(form.tcacheBins * 2 + 8), cached[0] as bigint);

  arena(form.top, top);
  for (let bin = 0; bin < 127; bin++) {
    const links = form.top + 16 + 16 * bin;
    for (const offset of [0, 8]) arena(links + offset, ARENA + BigInt(links - 16));
  }
  const behind = form.top + 16 + 127 * 16 + 16;
  for (const [index, value] of [ARENA, 0n, 1n, HEAP_SIZE, HEAP_SIZE].entries())
    arena(behind + 8 * index, value);
  for (const [index, value] of [HEAP, 64n, form.largest, BigInt(form.fill), 0n].entries())
    put(data, DATA, DATA + 0xc00n + BigInt(8 * index), value);

  const map = (start: bigint, bytes: Buffer, permissions: string, path: string, offset: bigint): Mapping => ({
    start,
    end: start + BigInt(bytes.length),
    permissions,
    path,
    offset,
  });
  const mappings = [
    map(HEAP, heap, 'rw-p', '[heap]', 0n),
    map(LIBRARY, library, 'r--p', '/lib/libc.so.6', 0n),
    map(DATA, data, 'rw-p', '/lib/libc.so.6', 0x1000n),
  ];
  const pieces = [
    { address: HEAP, bytes: heap },
    { address: LIBRARY, bytes: library },
    { address: DATA, bytes: data },
  ];
  return {
    image: { ...memoryOfPieces(pieces), mappings, threads: [] },
    cached,
    miscount: (by) => void heap.writeUInt16LE(heap.readUInt16LE(18) + by, 18),
  };
}

export const released = (version: string) => `GNU C Library (Test) stable release version ${version}.\n`;
