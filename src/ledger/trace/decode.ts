import { readStruct } from '../struct.ts';
import * as format from './format.ts';

/** One event of a trace. `time` is in ticks of the header's clock. */
export interface TraceEvent {
  kind: 'birth' | 'release' | 'move' | 'retag';
  time: number;
  thread: number;
  address: number;
  /** Of a birth or retag; else 0. */
  size: number;
  /** Of a birth or retag: the id of its stack in the ledger, 0 when it is not known; and of its world. */
  site: number;
  world: number;
}

const { Form, Kind } = format;
const DISTANCE_LIMIT = 2 ** format.DISTANCE_BITS;
/** Events that came this closely are spread over the time between two readings of the clock. */
const CLOSE_TICKS = 512;

/** The bytes of each kind of event that has no form of its own. */
const KIND_BYTES: readonly number[] = [1, 9, 5, 7, 9, 9, 21, 21];

/** The events of one block, up to its end or to the first byte that makes no sense. */
export function* decode(bytes: Buffer): Generator<TraceEvent> {
  if (bytes.length < format.TraceBlock.size) return;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sites = new Map<number, number>();
  const block = readStruct(view, 0, format.TraceBlock);
  let time = block.ticks;
  let { thread } = block;
  let last = 0;
  /** Events since the clock was read; the first of them has that time. */
  let waiting: TraceEvent[] = [];
  const event = (kind: TraceEvent['kind'], address: number, size = 0, word = 0): TraceEvent => {
    last = address;
    return { kind, time, thread, address, size, site: word >>> 12, world: (word >>> 6) & 63 };
  };
  const u64 = (at: number) => view.getUint32(at, true) + view.getUint32(at + 4, true) * 0x1_0000_0000;
  for (let at = format.TraceBlock.size; at < bytes.length; ) {
    const first = bytes[at] ?? 0;
    const form = first & 3;
    const kind = first >>> 2;
    const length =
      form === Form.release ? 3 : form === Form.birth ? 6 : form === Form.ticks ? 2 : KIND_BYTES[kind];
    if (first === 0 || length === undefined || at + length > bytes.length) break;
    if (form === Form.release) {
      waiting.push(
        event('release', last + distance(view.getUint16(at, true) + (bytes[at + 2] ?? 0) * 0x1_0000)),
      );
    } else if (form === Form.birth) {
      const low = view.getUint16(at, true) + (bytes[at + 2] ?? 0) * 0x1_0000;
      const high = (bytes[at + 3] ?? 0) + view.getUint16(at + 4, true) * 0x100;
      const site = sites.get(high % 2 ** format.SLOT_BITS);
      if (site === undefined) break;
      waiting.push(event('birth', last + distance(low), high >>> format.SLOT_BITS, site));
    } else if (form === Form.ticks || kind === Kind.time) {
      const now = form === Form.ticks ? time + (view.getUint16(at, true) >>> 2) : u64(at + 1);
      yield* spread(waiting, time, now);
      waiting = [];
      time = now;
    } else if (kind === Kind.thread) {
      yield* waiting;
      waiting = [];
      thread = view.getUint32(at + 1, true);
      last = 0;
      sites.clear();
    } else if (kind === Kind.site) {
      sites.set(view.getUint16(at + 1, true), view.getUint32(at + 3, true));
    } else if (kind === Kind.farRelease || kind === Kind.move) {
      waiting.push(event(kind === Kind.move ? 'move' : 'release', u64(at + 1)));
    } else {
      const name = kind === Kind.retag ? 'retag' : 'birth';
      waiting.push(event(name, u64(at + 1), u64(at + 9), view.getUint32(at + 17, true)));
    }
    at += length;
  }
  yield* waiting;
}

/** In bytes, of the first three of an event. */
function distance(low: number): number {
  return ((low >>> 2) - DISTANCE_LIMIT / 2) * 16;
}

/**
 * Gives times to events of which only the first has one: evenly up to the next reading where that is near.
 * Before a pause nobody knows when they were, and none of them can have been later than what another
 * thread did in it.
 */
function spread(events: TraceEvent[], from: number, to: number): TraceEvent[] {
  if (events.length > 1 && to - from <= CLOSE_TICKS) {
    for (const [index, event] of events.entries()) event.time = from + ((to - from) * index) / events.length;
  }
  return events;
}
