import type { Words } from '../words.ts';
import { HEADER, hex, sizeOf } from './chunk.ts';
import type { Damage } from './damage.ts';
import type { GlibcLayout, TcacheLayout } from './layout.ts';
import { binAt, smallestOf, tcacheBinOf } from './tcache-bins.ts';

export interface TcacheBin {
  /** 0 holds chunks of 32 bytes, 1 of 48, …; the last ones, if there are such, hold chunks of several sizes. */
  index: number;
  /** The smallest that belongs there. */
  chunkSize: bigint;
  /** What the tcache counts, or would by the room that it says to be left. */
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

/** What a tcache is read with. */
export interface TcacheReading {
  words: Words;
  layout: GlibcLayout;
  /** The most blocks that a bin takes. */
  fill: bigint;
  /** Whether an address lies where chunks can be. */
  isHeap: (address: bigint) => boolean;
  /** Whether it is a block that is a mapping of its own. */
  isMapping: (address: bigint) => boolean;
  damages: Damage[];
}

/** Decodes what a tcache holds. */
export function readTcache(
  { words, layout, fill, isHeap, isMapping, damages }: TcacheReading,
  found: Pick<Tcache, 'address' | 'thread' | 'foundBy'>,
): Tcache {
  const bins: TcacheBin[] = [];
  const owner = found.thread === undefined ? {} : { thread: found.thread };
  for (let index = 0; index < layout.tcache.bins; index++) {
    const { count, head, first } = binAt(words, found.address, index, layout.tcache, fill);
    if (count === 0 && first === 0n) continue;
    const chunkSize = smallestOf(index, layout.tcache);
    const isLarge = index >= layout.tcache.smallBins;
    const name = `the tcache's list of ${chunkSize}-byte chunks${isLarge ? ' and larger ones' : ''}`;
    const entries: bigint[] = [];
    const seen = new Set<bigint>();
    let from = head;
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
      } else if (!isHeap(entry) && !(isLarge && isMapping(entry))) {
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
        checkEntry(words, entry, index, layout.tcache, name, owner, damages);
        const link = words.word(entry);
        from = entry;
        if (link === undefined) break;
        entry = layout.mangled ? link ^ (entry >> 12n) : link;
      }
    }
    if (!isBroken && entries.length !== count) {
      damages.push({
        kind: 'count-mismatch',
        address: found.address + BigInt(index * layout.tcache.countBytes),
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
  index: number,
  layout: TcacheLayout,
  name: string,
  owner: { thread?: number },
  damages: Damage[],
): void {
  const field = words.word(entry - 8n);
  if (field === undefined || tcacheBinOf(sizeOf(field), layout) === index) return;
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
  // Where glibc's mark is the tcache's address, the runtime has one of its own.
  if (layout.key === 'none' || (isObserved && layout.key === 'tcache')) return;
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
