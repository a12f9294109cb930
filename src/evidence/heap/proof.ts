import { readdirSync } from 'node:fs';
import type { Corruption } from '../../model/index.ts';
import { memoryAround } from './glibc/around.ts';
import { hex } from './glibc/chunk.ts';
import type { Damage } from './glibc/damage.ts';
import { type GlibcHeap, type HeapReading, readGlibcHeap } from './glibc/heap.ts';
import { LiveMemory } from './live-memory.ts';
import { type MemoryImage, mappingAt, type ThreadState } from './memory.ts';

/** A heap that other threads may be changing is read so often, so many milliseconds apart. */
const READINGS = 3;
const PAUSE_MS = 15;
/** Of so many places the memory around is kept. */
const SHOWN = 8;
const LARGEST_STACK = 8 << 20;

/** What a look at a heap proved, and why it could not be read where its glibc is not known. */
export interface Proof {
  corruption: Corruption[];
  unread?: string;
}

/**
 * What of a process's glibc heap provably does not add up. The process stands in our runtime, in
 * `thread`; others of its threads may go on. What could be a moment in the middle of an allocation is left out.
 */
export function proveCorruption(pid: number, ledgerDir: string, thread: ThreadState): Proof {
  const memory = new LiveMemory(pid, [thread]);
  try {
    if (!memory.mappings.some(({ path }) => path.startsWith(`${ledgerDir}/`))) return { corruption: [] }; // not who it says it is
    const read = () => readGlibcHeap(memory, { guessTcaches: false });
    const first = read();
    if ('unknown' in first) return { corruption: [], unread: first.absent };
    if (inSignalHandler(memory, thread)) return { corruption: [] };
    const alone = readdirSync(`/proc/${pid}/task`).length === 1;
    let proven = provenBy(first, thread);
    for (let reading = 1; !alone && reading < READINGS && proven.length > 0; reading++) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
      const again = new Set(provenBy(read(), thread).map(({ kind, what }) => `${kind} ${what}`));
      proven = proven.filter(({ kind, what }) => again.has(`${kind} ${what}`));
    }
    const corruption = proven.map(({ kind, address, chunk, what, message }, index) => ({
      allocator: 'glibc',
      kind,
      address: hex(address),
      ...(chunk !== undefined && { chunk: hex(chunk) }),
      what,
      ...(message !== undefined && { message }),
      ...(index < SHOWN && around(memory, { address, ...(chunk !== undefined && { chunk }) })),
      pid,
    }));
    return { corruption };
  } finally {
    memory.close();
  }
}

function around(memory: LiveMemory, damage: Pick<Damage, 'address' | 'chunk'>): Pick<Corruption, 'around'> {
  const found = memoryAround(memory, damage);
  return found ? { around: found } : {};
}

function provenBy(reading: HeapReading, { tid }: ThreadState): Damage[] {
  if ('absent' in reading || !isWellKnown(reading.heap)) return [];
  const { arenas, damages } = reading.heap;
  const stable = new Set(arenas.filter(({ locked }) => !locked).map(({ address }) => address));
  return damages.filter(({ arena, thread }) => (arena === undefined ? thread === tid : stable.has(arena)));
}

/** Where something had to be assumed, nothing is proven. */
function isWellKnown({ notes, version, parameters }: GlibcHeap): boolean {
  return notes.length === 0 && version !== undefined && parameters !== undefined;
}

/** `mov $15, %rax; syscall`: what a signal handler returns to. */
const RETURN_FROM_SIGNAL = Buffer.from('48c7c00f0000000f05', 'hex');

/** Whether the thread may stand in a signal handler: that may have interrupted an allocation. */
export function inSignalHandler(image: MemoryImage, { registers }: ThreadState): boolean {
  const { rsp } = registers;
  const stack = rsp === undefined ? undefined : mappingAt(image.mappings, rsp);
  if (rsp === undefined || !stack) return true;
  const words = image.read(rsp & ~7n, Math.min(Number(stack.end - (rsp & ~7n)), LARGEST_STACK));
  if (!words) return true;
  for (const { start, end, permissions, path } of image.mappings) {
    if (!permissions.includes('x') || !/\/libc[.-]/.test(path)) continue;
    const code = image.read(start, Number(end - start));
    for (
      let at = code?.indexOf(RETURN_FROM_SIGNAL) ?? -1;
      at >= 0;
      at = code?.indexOf(RETURN_FROM_SIGNAL, at + 1) ?? -1
    ) {
      const address = Buffer.alloc(8);
      address.writeBigUInt64LE(start + BigInt(at));
      for (let place = words.indexOf(address); place >= 0; place = words.indexOf(address, place + 1))
        if (place % 8 === 0) return true;
    }
  }
  return false;
}
