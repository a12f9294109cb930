import { type Chunk, hex, PREV_INUSE } from './chunk.ts';
import type { Damage } from './damage.ts';
import type { GlibcArena } from './regions.ts';
import type { Walked } from './walk.ts';
import { chunkAt } from './walk.ts';

/** Who holds a free chunk. */
export interface Holder {
  state: 'tcache' | 'fastbin' | 'unsorted' | 'small' | 'large';
  bin: number;
  thread?: number;
}

/** Every entry of a list is the start of a chunk of the walk. */
export function checkEntries(
  walks: readonly Walked[],
  held: ReadonlyMap<bigint, Holder>,
  damages: Damage[],
): void {
  for (const [address, holder] of held) {
    const walk = walks.find(({ start, end }) => address >= start && address < end);
    if (!walk) continue;
    const chunk = chunkAt(walk.chunks, address);
    if (!chunk || chunk.address === address) continue;
    damages.push({
      kind: 'entry-inside-chunk',
      address,
      chunk: chunk.address,
      ...(holder.thread !== undefined && { thread: holder.thread }),
      what: `the free chunk at ${hex(address)} (${holder.state}) lies inside the chunk at ${hex(chunk.address)} of ${hex(chunk.size)} bytes`,
    });
  }
}

/** Gives every chunk its state and compares neighbours. */
export function checkNeighbours(
  walk: Walked,
  arena: GlibcArena,
  held: ReadonlyMap<bigint, Holder>,
  listsComplete: boolean,
  damages: Damage[],
): void {
  const { chunks } = walk;
  chunks.forEach((chunk, index) => {
    if (chunk.state === 'fencepost') return;
    const holder = held.get(chunk.address);
    if (holder) [chunk.state, chunk.bin] = [holder.state, holder.bin];
    const next = chunks[index + 1];
    if (!next || next.address !== chunk.address + chunk.size) return;
    checkPair(chunk, next, holder, arena, listsComplete, damages);
  });
}

function checkPair(
  chunk: Chunk,
  next: Chunk,
  holder: Holder | undefined,
  arena: GlibcArena,
  listsComplete: boolean,
  damages: Damage[],
): void {
  const saysUsed = (next.sizeField & PREV_INUSE) !== 0n;
  const isBinned = holder && holder.state !== 'tcache' && holder.state !== 'fastbin';
  const at = { chunk: chunk.address, arena: arena.address };
  const pair = `the chunk at ${hex(chunk.address)}`;
  if (saysUsed && isBinned) {
    damages.push({
      kind: 'prev-inuse',
      address: next.address + 8n,
      ...at,
      what: `${pair} is free (${holder.state} bin), but the next one at ${hex(next.address)} says that it is in use`,
      message: 'malloc(): invalid next->prev_inuse (unsorted)',
    });
  }
  if (saysUsed) return;
  if (holder && !isBinned) {
    damages.push({
      kind: 'prev-inuse',
      address: next.address + 8n,
      ...at,
      what: `${pair} is in a ${holder.state}, which keeps PREV_INUSE set, but the next one at ${hex(next.address)} has it cleared`,
      message: 'corrupted size vs. prev_size while consolidating',
    });
    return;
  }
  if (next.prevSize !== chunk.size) {
    damages.push({
      kind: 'prev-size',
      address: next.address,
      ...at,
      what: `${pair} has ${hex(chunk.size)} bytes, but the next one at ${hex(next.address)} has PREV_INUSE cleared and states ${hex(next.prevSize)}`,
      message: 'corrupted size vs. prev_size',
    });
  }
  if (holder || !listsComplete) return;
  chunk.state = 'lost';
  damages.push({
    kind: 'free-in-no-list',
    address: next.address + 8n,
    ...at,
    what: `the chunk at ${hex(next.address)} has PREV_INUSE cleared, but no list has ${pair} before it`,
    message: 'corrupted double-linked list',
  });
}
