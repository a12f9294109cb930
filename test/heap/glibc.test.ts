import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flagsOf } from '../../src/evidence/heap/glibc/chunk.ts';
import { type GlibcHeap, neighbourhood, readGlibcHeap } from '../../src/evidence/heap/glibc/heap.ts';
import { LiveMemory } from '../../src/evidence/heap/live-memory.ts';
import { runtimeLibrary } from '../../src/plan/installation.ts';
import { holdToProgram } from './hold.ts';
import { compile, start, type Waiting } from './specimen.ts';

const { header } = process.report.getReport() as { header: { glibcVersionRuntime: string } };
/** The second number of this machine's glibc. */
const HERE = Number(header.glibcVersionRuntime.split('.')[1]);

let folder: string;
let blocks: string;
let damage: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crossfree-heap-'));
  blocks = compile('random-blocks', folder);
  damage = compile('damage', folder, `-DMANGLED=${HERE >= 32 ? 1 : 0}`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function inspect<T>(
  command: string[],
  look: (heap: GlibcHeap, memory: LiveMemory, waiting: Waiting) => T,
): Promise<T> {
  const waiting = await start(command);
  const memory = new LiveMemory(waiting.pid);
  try {
    const reading = readGlibcHeap(memory);
    if ('absent' in reading) throw new Error(reading.absent);
    return look(reading.heap, memory, waiting);
  } finally {
    memory.close();
    waiting.end();
  }
}

describe('a healthy heap', () => {
  it('is decoded as malloc_usable_size says, after random frees, in several threads', async () => {
    for (const seed of ['1', '77']) {
      await inspect([blocks, seed, '4', '3000'], (heap, memory, { lines }) => {
        expect(holdToProgram(heap, memory, lines)).toBeGreaterThan(5000);
        expect(heap.damages).toEqual([]);
        expect(heap.arenas.length).toBeGreaterThan(1);
        expect(heap.tcaches).toHaveLength(4);
        expect(heap.tcaches.every(({ bins }) => bins.every((bin) => bin.count === bin.entries.length))).toBe(
          true,
        );
      });
    }
  });

  it('accounts for every byte of the main heap, up to what the arena got from the system', async () => {
    await inspect([blocks, '5', '1', '3000'], ({ arenas, parameters }) => {
      const [main] = arenas;
      const sum = main?.chunks.reduce((total, { size }) => total + size, 0n) ?? 0n;
      const front = (main?.chunks[0]?.address ?? 0n) - (parameters?.sbrkBase ?? 0n);
      expect(sum + front).toBe(main?.systemMemory);
    });
  });

  it('has the neighbourhood of any address', async () => {
    await inspect([damage, 'none'], (heap, _memory, { lines }) => {
      const [, b = ''] = (lines[0] ?? '').split(' ');
      const found = neighbourhood(heap, BigInt(b) + 50n, 1);
      expect(found?.index).toBe(1);
      expect(found?.chunks.map(({ size }) => size)).toEqual([112n, 112n, 112n]);
      expect(flagsOf(found?.chunks[1]?.sizeField ?? 0n)).toEqual(['PREV_INUSE']);
      expect(neighbourhood(heap, 8n)).toBeUndefined();
    });
  });
});

/** What each damage is first called; some show in more than one place. */
const NAMED: Record<string, string> = {
  'size-zero': 'size-zero',
  'size-misaligned': 'size-misaligned',
  'size-too-small': 'size-too-small',
  'size-too-big': 'size-too-big',
  'mmapped-flag': 'mmapped-flag',
  'arena-flag': 'arena-flag',
  'prev-size': 'prev-size',
  'prev-inuse': 'prev-inuse',
  'free-in-no-list': 'free-in-no-list',
  'top-size': 'top-size',
  'entry-out-of-range': 'entry-out-of-range',
  'entry-misaligned': 'entry-misaligned',
  'entry-inside-chunk': 'entry-inside-chunk',
  'entry-wrong-size': 'entry-wrong-size',
  'links-asymmetric': 'links-asymmetric',
  cycle: 'cycle',
  'fastbin-cycle': 'cycle',
  'count-mismatch': 'count-mismatch',
  'double-entry': 'double-entry',
  'double-entry-binned': 'double-entry',
  'key-overwritten': 'key-overwritten',
};

/** Damages of which a fastbin is a part; from 2.43 on there are none. */
const WITH_FASTBINS = ['double-entry', 'fastbin-cycle'];

function damagesOf(minor: number): [kind: string, name: string][] {
  return Object.entries(NAMED).filter(([kind]) => minor < 43 || !WITH_FASTBINS.includes(kind));
}

describe('the heap of a process that crossfree observes', () => {
  const observed = (command: string[]) => [
    'env',
    `LD_PRELOAD=${runtimeLibrary()}`,
    `CROSSFREE_LEDGER_DIR=${folder}`,
    'CROSSFREE_ON_FINDING=heal',
    ...command,
  ];

  it('has whole return addresses in its free blocks, and that is no damage', async () => {
    await inspect(observed([blocks, '1', '4', '3000']), (heap, memory, { lines }) => {
      expect(holdToProgram(heap, memory, lines)).toBeGreaterThan(5000);
      expect(heap.damages).toEqual([]);
      const keys = heap.tcaches
        .flatMap(({ bins }) => bins.flatMap(({ entries }) => entries))
        .map((entry) => memory.read(entry + 8n, 8)?.readBigUInt64LE());
      expect(new Set(keys).size).toBeGreaterThan(1);
    });
  });

  it('is told from a damaged one', async () => {
    await inspect(observed([damage, 'key-overwritten']), (heap) =>
      expect(heap.damages.map((one) => one.kind)).toContain('key-overwritten'),
    );
  });
});

describe('a damaged heap', () => {
  it.each(damagesOf(HERE))('%s is named %s, with the rest of the heap still read', async (kind, name) => {
    await inspect([damage, kind], (heap) => {
      expect(heap.damages.map((one) => one.kind)).toContain(name);
      expect(heap.arenas[0]?.chunks.length).toBeGreaterThan(20);
    });
  });

  it('is told from a healthy one', async () => {
    await inspect([damage, 'none'], (heap) => expect(heap.damages).toEqual([]));
  });
});

const hasGdb = spawnSync('gdb', ['--version']).status === 0;
const hasSymbols = existsSync('/usr/share/doc/libc6-dbg');

describe.skipIf(!hasGdb || !hasSymbols)('beside gdb (which needs gdb and libc6-dbg)', () => {
  it('reads the same arenas, parameters and tcaches', async () => {
    await inspect([blocks, '9', '3', '2000'], (heap, _memory, { pid }) => {
      const ask = [
        'printf "arena %lu %lu %lu\\n", &main_arena, main_arena.top, main_arena.system_mem',
        'printf "next %lu\\n", main_arena.next',
        'printf "base %lu %lu %d\\n", mp_.sbrk_base, mp_.tcache_count, mp_.n_mmaps',
        'printf "unsorted %lu\\n", main_arena.bins[0]',
        'thread apply all printf "tcache %lu %d %d\\n", tcache, tcache->counts[3], tcache->counts[20]',
      ].flatMap((command) => ['-ex', command]);
      const said = execFileSync('gdb', ['-nx', '-batch', '-p', String(pid), ...ask], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
        env: { ...process.env, DEBUGINFOD_URLS: '' },
      });
      const main = heap.arenas[0];
      expect(said).toContain(`arena ${main?.address} ${main?.top} ${main?.systemMemory}\n`);
      expect(said).toContain(`next ${heap.arenas[1]?.address}\n`);
      const { sbrkBase, tcacheCount, mmaps } = heap.parameters ?? {};
      expect(said).toContain(`base ${sbrkBase} ${tcacheCount} ${mmaps}\n`);
      const unsorted = main?.bins.find(({ kind }) => kind === 'unsorted')?.chunks[0];
      if (unsorted !== undefined) expect(said).toContain(`unsorted ${unsorted}\n`);
      const count = (index: number, tcache: GlibcHeap['tcaches'][number]) =>
        tcache.bins.find((bin) => bin.index === index)?.count ?? 0;
      const ours = heap.tcaches.map((one) => `tcache ${one.address} ${count(3, one)} ${count(20, one)}`);
      expect(said.match(/^tcache .*$/gm)?.sort()).toEqual(ours.sort());
    });
  });
});

/** Folders with another glibc: `CROSSFREE_GLIBC_FOLDERS=/a/2.31:/b/2.41`, each with its loader and libraries. */
const others = (process.env.CROSSFREE_GLIBC_FOLDERS ?? '').split(':').filter((path) => path !== '');

describe.skipIf(others.length === 0)('other versions (CROSSFREE_GLIBC_FOLDERS)', () => {
  it.each(others)('%s is decoded as malloc_usable_size says, and its damage is named', async (libraries) => {
    const loader = join(libraries, 'ld-linux-x86-64.so.2');
    const version = /release version 2\.(\d+)/.exec(
      execFileSync(loader, ['--library-path', libraries, join(libraries, 'libc.so.6')], { encoding: 'utf8' }),
    );
    const minor = Number(version?.[1]);
    // linked to that library, or the newer versions of its functions would be asked for
    const old = minor < 34 ? [join(libraries, 'libpthread.so.0')] : [];
    const options = ['-nodefaultlibs', join(libraries, 'libc.so.6'), ...old, loader];
    const build = (name: string, ...more: string[]) => {
      const into = mkdtempSync(join(folder, 'other-'));
      return [
        loader,
        '--library-path',
        libraries,
        compile(name, into, ...more, '-Wl,--no-as-needed', '-Wl,--allow-shlib-undefined', ...options),
      ];
    };
    await inspect([...build('random-blocks'), '3', '4', '3000'], (heap, memory, { lines }) => {
      expect(heap.version).toBe(`2.${minor}`);
      expect(holdToProgram(heap, memory, lines)).toBeGreaterThan(5000);
      expect(heap.damages).toEqual([]);
      expect(heap.notes).toEqual([]);
      expect(heap.tcaches).toHaveLength(4);
    });
    // from 2.42 on blocks of any size below that, mappings of their own among them, stay with their thread
    const tuned = 'GLIBC_TUNABLES=glibc.malloc.tcache_max=400000:glibc.malloc.tcache_count=3';
    await inspect(['env', tuned, ...build('random-blocks'), '4', '4', '3000'], (heap, memory, { lines }) => {
      expect(holdToProgram(heap, memory, lines)).toBeGreaterThan(5000);
      expect(heap.damages).toEqual([]);
      const bins = heap.tcaches.flatMap((tcache) => tcache.bins);
      expect(bins.some(({ chunkSize }) => chunkSize > 0x10000n)).toBe(minor >= 42);
      expect(bins.length).toBeGreaterThan(10);
      expect(bins.every(({ count, entries }) => count === entries.length && count <= 3)).toBe(true);
    });
    const specimen = build('damage', `-DMANGLED=${minor >= 32 ? 1 : 0}`);
    for (const [kind, name] of damagesOf(minor)) {
      await inspect([...specimen, kind], (heap) =>
        expect(heap.damages.map((one) => one.kind)).toContain(name),
      );
    }
  });
});
