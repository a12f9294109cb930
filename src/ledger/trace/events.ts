import { closeSync, readSync } from 'node:fs';
import { openTrusted, type Trusted } from '../../run/trusted-file.ts';
import { readStruct, type Struct, type Values } from '../struct.ts';
import { decode, type TraceEvent } from './decode.ts';
import * as format from './format.ts';

export type { TraceEvent } from './decode.ts';

export type Header = typeof format.TraceHeader extends Struct<infer F> ? Values<F> : never;

interface Block {
  at: number;
  id: bigint;
  start: number;
}

/** Blocks without anything, one after the other. */
const MOST_HOLES = 20_000;

/** A file that is no trace, or one that cannot be read; the message says why. */
export class BadTrace extends Error {}

/**
 * The events of a trace file in the order of their times, whatever its bytes are: what makes no sense is
 * passed over. Only the blocks whose times overlap are in memory. Throws BadTrace.
 */
export class TraceFile {
  readonly header: Header;
  readonly path: string;
  readonly #descriptor: number;
  readonly #size: number;

  constructor(path: string, trusted: Trusted = 'anyone') {
    this.path = path;
    try {
      const { descriptor, status } = openTrusted(path, trusted);
      this.#descriptor = descriptor;
      this.#size = status.size;
    } catch (error) {
      throw new BadTrace(`${path} cannot be read: ${(error as Error).message}`);
    }
    try {
      const bytes = this.#read(0, format.TraceHeader.size);
      if (bytes.length < format.TraceHeader.size) throw new BadTrace(`${path} is no trace: it is too short`);
      this.header = readStruct(viewOf(bytes), 0, format.TraceHeader);
      if (this.header.magic !== format.TRACE_MAGIC)
        throw new BadTrace(`${path} is no trace: it does not begin with the magic number`);
      if (this.header.version !== format.TRACE_VERSION) {
        throw new BadTrace(
          `${path} is a trace of version ${this.header.version}; this crossfree reads version ${format.TRACE_VERSION}`,
        );
      }
    } catch (error) {
      closeSync(this.#descriptor);
      throw error;
    }
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  *events(): Generator<TraceEvent> {
    const waiting = this.#index();
    const open: { events: Generator<TraceEvent>; next: TraceEvent }[] = [];
    let upcoming = 0;
    for (;;) {
      let first = open[0];
      for (const one of open) if (first && one.next.time < first.next.time) first = one;
      const block = waiting[upcoming];
      if (block && (!first || block.start <= first.next.time)) {
        upcoming++;
        const events = decode(this.#read(block.at, format.BLOCK_SIZE));
        const { value, done } = events.next();
        if (!done) open.push({ events, next: value });
        continue;
      }
      if (!first) return;
      yield first.next;
      const { value, done } = first.events.next();
      if (done) open.splice(open.indexOf(first), 1);
      else first.next = value;
    }
  }

  /** The blocks by the time at which they begin; of two of one id, the first. */
  #index(): Block[] {
    const blocks = new Map<bigint, Block>();
    const { size } = format.TraceBlock;
    // a block that could not be written leaves a hole; a file of holes is not gone through to its end
    for (let at = format.HEADER_SIZE, holes = 0; at + size <= this.#size && holes < MOST_HOLES; ) {
      const bytes = this.#read(at, size);
      at += format.BLOCK_SIZE;
      if (bytes.length < size) continue;
      const { magic, id, ticks } = readStruct(viewOf(bytes), 0, format.TraceBlock);
      holes = magic === format.BLOCK_MAGIC ? 0 : holes + 1;
      if (magic === format.BLOCK_MAGIC && !blocks.has(id))
        blocks.set(id, { at: at - format.BLOCK_SIZE, id, start: ticks });
    }
    return [...blocks.values()].sort((a, b) => a.start - b.start);
  }

  #read(at: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(this.#descriptor, bytes, 0, length, at));
  }
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
