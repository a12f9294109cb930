import type { Words } from '../words.ts';
import { binOf, HEADER, hex, sizeOf } from './chunk.ts';
import type { Damage } from './damage.ts';
import { type GlibcLayout, LAST_BIN } from './layout.ts';
import type { Limit } from './limit.ts';
import type { GlibcArena } from './regions.ts';

export type ListKind = 'fastbin' | 'unsorted' | 'small' | 'large';

/** One list of free chunks of an arena. */
export interface Bin {
  kind: ListKind;
  /** Fastbins from 0; of the others 1 is the unsorted one, 2 to 63 are small, 64 to 126 large. */
  index: number;
  /** Chunk addresses (headers), in the order of the forward links. */
  chunks: bigint[];
}

export interface ArenaLists {
  bins: Bin[];
  /** No list breaks off: what is in none of them is free nowhere. */
  complete: boolean;
}

/** What the lists of an arena are read from, and where damage is noted. */
export interface ArenaReading {
  words: Words;
  arena: GlibcArena;
  layout: GlibcLayout;
  isHeap: (address: bigint) => boolean;
  damages: Damage[];
  limit: Limit;
}

/** The fastbins and bins of an arena that hold something. */
export function readBins(reading: ArenaReading): ArenaLists {
  const { damages, limit } = reading;
  const before = damages.length;
  const bins: Bin[] = [];
  for (let index = 0; index < reading.layout.fastBins; index++) {
    const bin = readFastbin(reading, index);
    if (bin.chunks.length > 0) bins.push(bin);
  }
  for (let index = 1; index < LAST_BIN; index++) {
    const bin = readBin(reading, index);
    if (bin.chunks.length > 0) bins.push(bin);
  }
  return { bins, complete: damages.length === before && !limit.reached };
}

function readFastbin({ words, arena, layout, isHeap, damages, limit }: ArenaReading, index: number): Bin {
  const chunks: bigint[] = [];
  const seen = new Set<bigint>();
  const size = BigInt(index) * 16n + 32n;
  const name = `the fastbin of ${size}-byte chunks`;
  let from = arena.address + layout.arena.fastbins + BigInt(index * 8);
  for (let chunk = words.word(from) ?? 0n; chunk !== 0n && limit.takesEntry(); ) {
    const problem = (kind: Damage['kind'], why: string, message?: string): void => {
      damages.push({
        kind,
        address: from,
        arena: arena.address,
        what: `${name}: the link at ${hex(from)} gives ${hex(chunk)}, ${why}`,
        ...(message && { message }),
      });
    };
    if (chunk & 15n) {
      problem('entry-misaligned', 'which is no multiple of 16', 'malloc(): unaligned fastbin chunk detected');
      break;
    }
    if (!isHeap(chunk)) {
      problem('entry-out-of-range', 'which lies in no heap');
      break;
    }
    if (seen.has(chunk)) {
      problem(
        'cycle',
        'which is in the list already: one block will be handed out more than once',
        'double free or corruption (fasttop)',
      );
      break;
    }
    seen.add(chunk);
    chunks.push(chunk);
    const field = words.word(chunk + 8n);
    if (field !== undefined && sizeOf(field) !== size) {
      damages.push({
        kind: 'entry-wrong-size',
        address: chunk + 8n,
        chunk,
        arena: arena.address,
        what: `${name} holds the chunk at ${hex(chunk)}, whose size field is ${hex(field)}`,
        message: 'malloc(): memory corruption (fast)',
      });
    }
    from = chunk + HEADER;
    const link = words.word(from) ?? 0n;
    chunk = layout.mangled ? link ^ (from >> 12n) : link;
  }
  return { kind: 'fastbin', index, chunks };
}

function kindOf(index: number): ListKind {
  return index === 1 ? 'unsorted' : index < 64 ? 'small' : 'large';
}

function readBin({ words, arena, layout, isHeap, damages, limit }: ArenaReading, index: number): Bin {
  const kind = kindOf(index);
  const name = kind === 'unsorted' ? 'the unsorted bin' : `the ${kind} bin ${index}`;
  const head = arena.address + layout.arena.bins + BigInt(index - 1) * 16n - HEADER;
  const chunks: bigint[] = [];
  const seen = new Set<bigint>([head]);
  const note = (damage: Omit<Damage, 'arena'>): void =>
    void damages.push({ ...damage, arena: arena.address });
  const message = {
    unsorted: 'malloc(): unsorted double linked list corrupted',
    small: 'malloc(): smallbin double linked list corrupted',
    large: 'corrupted double-linked list',
  }[kind as 'unsorted'];
  let before = head;
  let last: bigint | undefined;
  for (
    let chunk = words.word(head + 16n);
    chunk !== undefined && chunk !== head;
    chunk = words.word(chunk + 16n)
  ) {
    const link = `${name}: the forward link at ${hex(before + 16n)} gives ${hex(chunk)}`;
    if (chunk & 15n) {
      note({ kind: 'entry-misaligned', address: before + 16n, what: `${link}, which is no multiple of 16` });
      return { kind, index, chunks };
    }
    if (!isHeap(chunk)) {
      note({ kind: 'entry-out-of-range', address: before + 16n, what: `${link}, which lies in no heap` });
      return { kind, index, chunks };
    }
    if (seen.has(chunk)) {
      note({ kind: 'cycle', address: before + 16n, chunk, what: `${link}, which is in the list already` });
      return { kind, index, chunks };
    }
    const back = words.word(chunk + 24n);
    if (back !== before) {
      note({
        kind: 'links-asymmetric',
        address: chunk + 24n,
        chunk,
        what: `${link}, whose backward link is ${back === undefined ? 'not readable' : hex(back)}`,
        message,
      });
    }
    if (!limit.takesEntry()) return { kind, index, chunks };
    seen.add(chunk);
    chunks.push(chunk);
    const size = sizeOf(words.word(chunk + 8n) ?? 0n);
    if (kind !== 'unsorted' && binOf(size) !== index) {
      note({
        kind: 'entry-wrong-size',
        address: chunk + 8n,
        chunk,
        what: `${name} holds the chunk at ${hex(chunk)} with the size ${hex(size)}`,
        message: 'corrupted size vs. prev_size',
      });
    } else if (kind === 'large' && last !== undefined && size > last) {
      note({
        kind: 'list-order',
        address: chunk + 8n,
        chunk,
        what: `${name}: the chunk at ${hex(chunk)} with ${hex(size)} bytes comes after one of ${hex(last)}`,
        message: 'malloc(): largebin double linked list corrupted (nextsize)',
      });
    }
    last = size;
    before = chunk;
  }
  const back = words.word(head + 24n);
  if (back !== before && back !== undefined) {
    note({
      kind: 'links-asymmetric',
      address: head + 24n,
      what: `${name} ends with ${hex(before)} forward, but begins with ${hex(back)} backward`,
      message,
    });
  }
  return { kind, index, chunks };
}
