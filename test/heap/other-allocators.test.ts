import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AllocatorAccount } from '../../src/evidence/heap/account.ts';
import { jemallocAccount } from '../../src/evidence/heap/jemalloc/account.ts';
import { LiveMemory } from '../../src/evidence/heap/live-memory.ts';
import type { MemoryImage, ThreadState } from '../../src/evidence/heap/memory.ts';
import { mimallocAccount } from '../../src/evidence/heap/mimalloc/account.ts';
import { compile, start } from './specimen.ts';

let folder: string;
let program: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crossfree-allocators-'));
  program = compile('random-blocks', folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const libraries = '/usr/lib/x86_64-linux-gnu';
const ALLOCATORS: [string, string, (image: MemoryImage) => AllocatorAccount | undefined][] = [
  ['jemalloc', join(libraries, 'libjemalloc.so.2'), jemallocAccount],
  ['mimalloc', join(libraries, 'libmimalloc.so.2.0'), mimallocAccount],
];

/** Live blocks with their usable size, released ones, and the threads, as the program said them. */
function readLines(lines: string[]) {
  const live = new Map<bigint, number>();
  const freed = new Set<bigint>();
  const threads: ThreadState[] = [];
  for (const line of lines) {
    const [first = '', second = '', third = ''] = line.split(' ');
    if (first === 'freed') freed.add(BigInt(second));
    else if (first === 'thread') threads.push({ tid: Number(second), registers: { fs_base: BigInt(third) } });
    else live.set(BigInt(first), Number(second));
  }
  return { live, freed, threads };
}

/** Whether one of the sorted addresses lies from `start` on and before `end`. */
function isHeld(sorted: BigUint64Array, start: bigint, end: bigint): boolean {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0n) < start) low = middle + 1;
    else high = middle;
  }
  return (sorted[low] ?? end) < end;
}

describe.each(ALLOCATORS)('%s', (name, library, accountOf) => {
  it.skipIf(!existsSync(library)).each(['1', '77'])(
    'is decoded as malloc_usable_size says, after random frees in several threads and across them: seed %s',
    async (seed) => {
      const waiting = await start(['env', `LD_PRELOAD=${library}`, program, seed, '4', '3000', 'across']);
      const { live, freed, threads } = readLines(waiting.lines);
      const memory = new LiveMemory(waiting.pid, threads);
      try {
        const account = accountOf(memory);
        const wrong: string[] = [];
        for (const [pointer, usable] of live) {
          const place = account?.placeOf(pointer);
          const right = place?.state === 'used' && place.block.size - place.offset === usable;
          if (!right || place.allocator !== name)
            wrong.push(`0x${pointer.toString(16)} ${usable}: ${JSON.stringify(place)}`);
          const inside = account?.placeOf(pointer + BigInt(usable - 1));
          if (inside?.block.address !== place?.block.address)
            wrong.push(`0x${pointer.toString(16)} + ${usable - 1}: ${JSON.stringify(inside)}`);
        }
        expect(live.size).toBeGreaterThan(5000);
        expect(wrong).toEqual([]);
        const held = BigUint64Array.from(live.keys()).sort();
        let judged = 0;
        for (const pointer of freed) {
          // what was handed out again is no free block, to the allocator itself neither, which makes larger ones
          // of it; what went back to the system is nowhere
          const place = account?.placeOf(pointer);
          const start = BigInt(place?.block.address ?? 0);
          const end = start + BigInt(place?.block.size ?? 0);
          if (!place || place.offset !== 0 || isHeld(held, start, end)) continue;
          judged += 1;
          if (place.state !== 'free') wrong.push(`freed 0x${pointer.toString(16)}: ${JSON.stringify(place)}`);
        }
        expect(judged).toBeGreaterThan(1000);
        expect(wrong).toEqual([]);
      } finally {
        memory.close();
        waiting.end();
      }
    },
  );
});

it('says nothing where there is no such allocator', async () => {
  const waiting = await start([program, '1', '2', '100']);
  const memory = new LiveMemory(waiting.pid);
  expect([jemallocAccount(memory), mimallocAccount(memory)]).toEqual([undefined, undefined]);
  memory.close();
  waiting.end();
});
