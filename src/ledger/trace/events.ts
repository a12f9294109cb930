import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { readStruct, type Struct, type Values } from '../struct.ts';
import * as format from './format.ts';

export type Header = typeof format.TraceHeader extends Struct<infer F> ? Values<F> : never;

/** One event of a trace. `time` is in ticks of the header's clock. */
export interface TraceEvent {
  kind: number;
  time: number;
  thread: number;
  address: number;
  size: number;
  /** Of a birth or retag: the id of its stack in the ledger, 0 when it is not known; and of its world. */
  site: number;
  world: number;
}

interface Block {
  at: number;
  id: bigint;
  start: number;
}

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

  constructor(path: string) {
    this.path = path;
    try {
      this.#descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    } catch (error) {
      throw new BadTrace(`${path} cannot be read: ${(error as Error).message}`);
    }
    try {
      const status = fstatSync(this.#descriptor);
      this.#size = status.isFile() ? status.size : 0;
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
    for (let at = format.HEADER_SIZE; at + 32 <= this.#size; at += format.BLOCK_SIZE) {
      const view = viewOf(this.#read(at, 32));
      if (view.byteLength < 32 || view.getBigUint64(0, true) !== format.BLOCK_MAGIC) continue;
      const id = view.getBigUint64(8, true);
      const time = view.getUint32(24, true) / 8 + view.getUint32(28, true) * 0x2000_0000;
      if (!blocks.has(id)) blocks.set(id, { at, id, start: Math.floor(time) });
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

/** The events of one block, up to its end or to the first word that makes no sense. */
function* decode(bytes: Buffer): Generator<TraceEvent> {
  const view = viewOf(bytes);
  let time = 0;
  let thread = 0;
  let low = 0;
  for (let at = format.BLOCK_HEADER; at + 8 <= bytes.length; ) {
    const first = view.getUint32(at, true);
    const high = view.getUint32(at + 4, true);
    at += 8;
    const kind = first & 7;
    if (first === 0 && high === 0) return;
    const value = Math.floor(first / 8) + high * 0x2000_0000;
    if (kind === format.Word.time) time = value;
    else if (kind === format.Word.thread) thread = value;
    else if (kind === format.Word.low) low = value & 15;
    else {
      time += (first >>> 3) & 0x1ffff;
      const event = {
        kind,
        time,
        thread,
        address: ((first >>> 20) + high * 0x1000) * 16 + low,
        size: 0,
        site: 0,
        world: 0,
      };
      low = 0;
      if (kind === format.Word.birth || kind === format.Word.retag) {
        if (at + 8 > bytes.length) return;
        const lower = view.getUint32(at, true);
        const upper = view.getUint32(at + 4, true);
        at += 8;
        event.size = lower + (upper & 0x3f) * 0x1_0000_0000;
        event.world = (upper >>> 6) & 0x3f;
        event.site = upper >>> 12;
        if (event.size === 2 ** 38 - 1) {
          if (at + 8 > bytes.length) return;
          event.size = view.getUint32(at, true) + view.getUint32(at + 4, true) * 0x1_0000_0000;
          at += 8;
        }
      } else if (kind === 0) return;
      yield event;
    }
  }
}
