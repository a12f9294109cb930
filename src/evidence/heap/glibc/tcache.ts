import type { ThreadState } from '../memory.ts';
import type { Words } from '../words.ts';
import { type Chunk, HEADER, hex, sizeOf } from './chunk.ts';
import type { Damage } from './damage.ts';
import { type GlibcLayout, TCACHE_BINS } from './layout.ts';

export interface TcacheBin {
  /** 0 holds chunks of 32 bytes, 1 of 48, … */
  index: number;
  chunkSize: bigint;
  /** What the tcache counts. */
  count: number;
  /** The user addresses in the order in which they will be handed out again. */
  entries: bigint[];
}

/** A thread's cache of free blocks. */
export interface Tcache {
  /** Of the structure: the user's memory of its chunk. */
  address: bigint;
  /** The thread whose it is, where its registers were known. */
  thread?: number;
  /** `thread`: its thread's own variable points to it. `first`: the main heap's first chunk. `content`: it looks like one. */
  foundBy: 'thread' | 'first' | 'content';
  /** Bins that hold blocks, or say so. */
  bins: TcacheBin[];
}

/** Below the thread pointer lie the variables of the modules that the program started with. */
const THREAD_VARIABLES = 8192;
const MOST_WRONG = 4;

/** The tcaches of a process: by the threads' own variables, else by place and content. */
export function findTcaches(
  words: Words,
  chunks: readonly Chunk[],
  firstChunk: bigint | undefined,
  threads: readonly ThreadState[],
  layout: GlibcLayout,
): Pick<Tcache, 'address' | 'thread' | 'foundBy'>[] {
  const candidates = new Map(
    chunks
      .filter(({ size, state }) => state === 'used' && size === layout.tcacheChunk)
      .map((chunk) => [chunk.address + HEADER, chunk]),
  );
  const found = new Map<bigint, Pick<Tcache, 'address' | 'thread' | 'foundBy'>>();
  for (const { tid, registers } of threads) {
    const pointer = registers.fs_base;
    if (pointer === undefined) continue;
    const address = namedByThread(words, pointer, candidates, layout);
    if (address !== undefined && !found.has(address))
      found.set(address, { address, thread: tid, foundBy: 'thread' });
  }
  for (const address of candidates.keys()) {
    if (found.has(address)) continue;
    const isFirst = address - HEADER === firstChunk;
    const { right, wrong } = judgeContent(words, address, layout);
    if (isFirst && wrong <= MOST_WRONG) found.set(address, { address, foundBy: 'first' });
    else if (right > 0 && wrong === 0) found.set(address, { address, foundBy: 'content' });
  }
  return [...found.values()];
}

/** The nearest variable below the thread pointer that points to a chunk that can be a tcache. */
function namedByThread(
  words: Words,
  pointer: bigint,
  candidates: ReadonlyMap<bigint, Chunk>,
  layout: GlibcLayout,
): bigint | undefined {
  for (let at = pointer - 8n; at > pointer - BigInt(THREAD_VARIABLES); at -= 8n) {
    const value = words.word(at);
    if (value === undefined) return undefined;
    if (candidates.has(value) && judgeContent(words, value, layout).wrong <= MOST_WRONG) return value;
  }
  return undefined;
}

/** How many bins hold a block of their size, and how many contradict themselves. */
function judgeContent(words: Words, address: bigint, layout: GlibcLayout): { right: number; wrong: number } {
  let right = 0;
  let wrong = 0;
  for (let index = 0; index < TCACHE_BINS; index++) {
    const { count, first } = binAt(words, address, index, layout);
    if (count === 0 && first === 0n) continue;
    const size = first & 15n ? undefined : words.word(first - 8n);
    if (count > 0 && size !== undefined && sizeOf(size) === sizeOfBin(index)) right++;
    else wrong++;
  }
  return { right, wrong };
}

function sizeOfBin(index: number): bigint {
  return BigInt(index) * 16n + 32n;
}

function binAt(words: Words, address: bigint, index: number, { countBytes }: GlibcLayout) {
  const bytes = words.bytes(address + BigInt(index * countBytes), countBytes);
  const count = bytes ? bytes.readUIntLE(0, countBytes) : 0;
  const first = words.word(address + BigInt(TCACHE_BINS * countBytes + index * 8)) ?? 0n;
  return { count, first };
}

/** Decodes what a tcache holds; `isHeap` says whether an address lies where chunks can be. */
export function readTcache(
  words: Words,
  found: Pick<Tcache, 'address' | 'thread' | 'foundBy'>,
  layout: GlibcLayout,
  isHeap: (address: bigint) => boolean,
  damages: Damage[],
): Tcache {
  const bins: TcacheBin[] = [];
  const owner = found.thread === undefined ? {} : { thread: found.thread };
  for (let index = 0; index < TCACHE_BINS; index++) {
    const { count, first } = binAt(words, found.address, index, layout);
    if (count === 0 && first === 0n) continue;
    const chunkSize = sizeOfBin(index);
    const name = `the tcache's list of ${chunkSize}-byte chunks`;
    const entries: bigint[] = [];
    const seen = new Set<bigint>();
    let from = found.address + BigInt(TCACHE_BINS * layout.countBytes + index * 8);
    let isBroken = false;
    const broken = (damage: Omit<Damage, 'thread'>): void => {
      damages.push({ ...damage, ...owner });
      isBroken = true;
    };
    for (let entry = first; entry !== 0n && !isBroken; ) {
      const via = entries.length === 0 ? 'at its head' : `in the block at ${hex(from)}`;
      if (entry & 15n) {
        broken({
          kind: 'entry-misaligned',
          address: from,
          what: `${name}: the link ${via} gives ${hex(entry)}, which is no multiple of 16`,
          message: layout.mangled ? 'malloc(): unaligned tcache chunk detected' : undefined,
        } as Damage);
      } else if (!isHeap(entry)) {
        broken({
          kind: 'entry-out-of-range',
          address: from,
          what: `${name}: the link ${via} gives ${hex(entry)}, which lies in no heap`,
        });
      } else if (seen.has(entry)) {
        broken({
          kind: 'cycle',
          address: from,
          chunk: entry - HEADER,
          what: `${name}: the link ${via} leads back to ${hex(entry)}: the next allocations get one block more than once`,
        });
      } else {
        seen.add(entry);
        entries.push(entry);
        checkEntry(words, entry, chunkSize, name, owner, damages);
        const link = words.word(entry);
        from = entry;
        if (link === undefined) break;
        entry = layout.mangled ? link ^ (entry >> 12n) : link;
      }
    }
    if (!isBroken && entries.length !== count) {
      damages.push({
        kind: 'count-mismatch',
        address: found.address + BigInt(index * layout.countBytes),
        ...owner,
        what: `${name} holds ${entries.length} block${entries.length === 1 ? '' : 's'}, but counts ${count}`,
      });
    }
    bins.push({ index, chunkSize, count, entries });
  }
  return { ...found, bins };
}

function checkEntry(
  words: Words,
  entry: bigint,
  chunkSize: bigint,
  name: string,
  owner: { thread?: number },
  damages: Damage[],
): void {
  const field = words.word(entry - 8n);
  if (field === undefined || sizeOf(field) === chunkSize) return;
  damages.push({
    kind: 'entry-wrong-size',
    address: entry - 8n,
    chunk: entry - HEADER,
    ...owner,
    what: `${name} holds the block at ${hex(entry)}, whose size field is ${hex(field)}`,
  });
}

/** In an observed process the lower bits of a mark may be the return address of the release: `runtime/tcache.h`. */
const ADDRESS_BITS = 47n;

/** Blocks whose second word is no longer the mark that was put there when they were freed. */
export function checkKeys(
  words: Words,
  tcaches: readonly Tcache[],
  layout: GlibcLayout,
  isObserved: boolean,
  damages: Damage[],
): void {
  if (layout.key === 'none') return;
  const marks = tcaches.flatMap((tcache) =>
    tcache.bins.flatMap(({ entries }) =>
      entries.map((entry) => ({ tcache, entry, key: words.word(entry + 8n) ?? 0n })),
    ),
  );
  const ignored = isObserved && layout.key === 'random' ? ADDRESS_BITS : 0n;
  const common = layout.key === 'random' ? mostFrequent(marks.map(({ key }) => key >> ignored)) : undefined;
  for (const { tcache, entry, key } of marks) {
    const expected = layout.key === 'tcache' ? tcache.address : common;
    if (expected === undefined || key >> ignored === expected) continue;
    damages.push({
      kind: 'key-overwritten',
      address: entry + 8n,
      chunk: entry - HEADER,
      ...(tcache.thread !== undefined && { thread: tcache.thread }),
      what: `the free block at ${hex(entry)} has ${hex(key)} in its second word, where ${hex(expected << ignored)} was written when it was freed`,
    });
  }
}

/** The mark is one random number per process: what at least three blocks and most of all carry. */
function mostFrequent(keys: bigint[]): bigint | undefined {
  const counts = new Map<bigint, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  const [best] = [...counts].sort((a, b) => b[1] - a[1]);
  return best && best[1] >= 3 && best[1] * 2 > keys.length && best[0] !== 0n ? best[0] : undefined;
}
