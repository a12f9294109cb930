import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CoreImage } from '../../src/evidence/core/core-image.ts';
import { heapAccount } from '../../src/evidence/heap/account.ts';
import { readGlibcHeap } from '../../src/evidence/heap/glibc/heap.ts';
import type { Autopsy } from '../../src/model/index.ts';
import { crossfree } from '../crossfree.ts';
import { holdToProgram } from '../heap/hold.ts';
import { compile, start } from '../heap/specimen.ts';
import { allowingCores, canMakeCores, coreOf, coreOfWaiting } from './make-core.ts';

let folder: string;
let damage: string;
const at = (name: string) => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crossfree-core-heap-'));
  damage = compile('damage', folder, '-DMANGLED=1');
  execFileSync('gcc', [
    '-g',
    '-O1',
    '-pthread',
    '-o',
    at('crashes'),
    fileURLToPath(new URL('crashes.c', import.meta.url)),
  ]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function autopsy(core: string): Autopsy {
  const { status, stderr } = crossfree(['autopsy', core, '--json', at('out.json')]);
  expect([status, stderr]).toEqual([0, '']);
  return JSON.parse(readFileSync(at('out.json'), 'utf8'));
}

describe.skipIf(!canMakeCores)('the heap in a core (a kernel that writes cores, or gdb, makes it)', () => {
  it('is decoded as malloc_usable_size said, after random frees, in several threads', async () => {
    const cores = mkdtempSync(at('cores-'));
    const waiting = await start(allowingCores([compile('random-blocks', folder), '5', '4', '3000'], cores));
    const image = new CoreImage(await coreOfWaiting(waiting.pid, cores, at('random.core')));
    waiting.end();
    const reading = readGlibcHeap(image.memory);
    if ('absent' in reading) throw new Error(reading.absent);
    expect(holdToProgram(reading.heap, image.memory, waiting.lines)).toBeGreaterThan(5000);
    expect(reading.heap.damages).toEqual([]);
    expect(reading.heap.tcaches.map(({ foundBy }) => foundBy)).toEqual(Array(4).fill('thread'));
    image.close();
  });

  it.each([
    ...['size-zero', 'size-misaligned', 'size-too-small', 'size-too-big', 'mmapped-flag', 'arena-flag'],
    ...['prev-size', 'prev-inuse', 'free-in-no-list', 'top-size', 'entry-out-of-range', 'entry-misaligned'],
    ...['links-asymmetric', 'cycle', 'double-entry', 'key-overwritten'],
  ])('names the damage %s', async (kind) => {
    const cores = mkdtempSync(at('cores-'));
    const waiting = await start(allowingCores([damage, kind], cores));
    const core = await coreOfWaiting(waiting.pid, cores, at(`${kind}.core`));
    waiting.end();
    const image = new CoreImage(core);
    const heap = heapAccount(image.memory, []);
    image.close();
    rmSync(core);
    expect(heap?.corruption.map((one) => one.kind)).toContain(kind);
  });

  it('a block that was overrun is named, with the text that stands in its neighbour’s size', () => {
    const { heap, story } = autopsy(coreOf([at('crashes'), 'overrun'], at('overrun.core')));
    expect(heap?.corruption[0]).toMatchObject({
      found: expect.stringContaining('AAA'),
      before: { size: 24 },
    });
    expect(story.join('\n')).toContain('The block of 24 bytes');
  });

  it('a pointer into a freed block is named', () => {
    const { heap, fault, story } = autopsy(coreOf([at('crashes'), 'stale'], at('stale.core')));
    expect(fault?.signal).toBe('SIGSEGV');
    expect(heap?.places.find(({ state }) => state === 'free')).toMatchObject({
      allocator: 'glibc',
      block: { size: 56 },
      where: 'in the tcache',
    });
    expect(story.join('\n')).toContain('a block of 56 bytes that is free (glibc, in the tcache)');
  });

  it.skipIf(!existsSync('/usr/lib/x86_64-linux-gnu/libjemalloc.so.2')).each([
    [
      'jemalloc',
      'libjemalloc.so.2',
      64,
      /arena \d+, size class 4, region \d+ of a slab, in the cache of thread/,
    ],
    [
      'mimalloc',
      'libmimalloc.so.2.0',
      64,
      /block \d+ of a page of \d+, in the page's list of blocks that its thread/,
    ],
  ])('a pointer into a freed block is named under %s', (allocator, library, size, where) => {
    const preload = `LD_PRELOAD=/usr/lib/x86_64-linux-gnu/${library}`;
    const { heap } = autopsy(coreOf(['env', preload, at('crashes'), 'stale'], at(`${allocator}.core`)));
    expect(heap?.places.find(({ state }) => state === 'free')).toMatchObject({
      allocator,
      block: { size },
      where: expect.stringMatching(where),
    });
  });
});
