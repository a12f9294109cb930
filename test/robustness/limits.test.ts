import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { start } from './harness/process.ts';
import { measured, observed, planted, thorough, unchanged } from './harness/situation.ts';
import { build, lacking } from './harness/toolchain.ts';

const notRoot = process.getuid?.() === 0 ? undefined : 'needs root';
if (notRoot) console.warn(`skipped: locked memory beyond the limit, strict overcommit: ${notRoot}`);

/** Runs a command with a limit that the shell sets. */
const limited = (limit: string, ...command: string[]) => [
  'bash',
  '-c',
  `ulimit ${limit}; exec "$@"`,
  'bash',
  ...command,
];

describe('memory', () => {
  it.each([['now'], ['later']])('locked: mlockall, %s', async (when) => {
    const program = await build('limits/locked.c');
    await unchanged([program, when], { prints: /^mlockall: good\n1 MiB/ });
    await planted([program, when, 'fault'], { prints: 'mlockall: good', within: 'cross_free' });
  });

  it.each([64, 128, 512, 4096, 65536])('an address space of %i MiB from the start', async (megabytes) => {
    const program = await build('limits/address_space.c');
    const part = String(Math.min(megabytes, 1024));
    const command = (...words: string[]) => limited(`-v ${megabytes * 1024}`, program, part, ...words);
    await unchanged(command(), { prints: 'small blocks\nlarge block' });
    await planted(command('fault'), { within: 'cross_free' });
  });

  // Less room makes the runtime keep its books in another way, which must bear the same.
  it.each(['signals/storm.c', 'signals/jump_out.c'])('an address space of 32 GiB and %s', async (source) => {
    const program = await build(source, ['-falign-functions=16']);
    await unchanged(limited(`-v ${32 << 20}`, program, 'short'));
    await planted(limited(`-v ${32 << 20}`, program, 'short', 'fault'), { within: 'cross_free' });
  });

  it('an address space of 8 GiB and threads, forks, libraries', async () => {
    const library = await build('modules/counted.c', ['-shared', '-fPIC'], 'counted.so');
    const race = await build('threads/loader_race.c');
    const handover = await build('threads/handover.cc');
    const forks = await build('processes/fork_threads.c');
    await unchanged(limited(`-v ${8 << 20}`, race, library));
    await unchanged(limited(`-v ${8 << 20}`, handover));
    await planted(limited(`-v ${8 << 20}`, handover, 'fault'), { within: 'wrongly' });
    await planted(limited(`-v ${8 << 20}`, forks, 'child-fault'), { within: 'cross_free' });
  });

  it.each([128, 512, 4096])('an address space of %i MiB that the program sets itself', async (megabytes) => {
    const program = await build('limits/address_space.c');
    const command = [program, String(megabytes), 'self'];
    await unchanged(command, {
      prints: `limit is ${megabytes} MiB\nsmall blocks\nlarge block\nbeyond: Cannot`,
    });
    await planted([...command, 'fault'], { within: 'cross_free' });
  });

  it.each([128, 1024])('data of %i MiB at most, from the start and by its own wish', async (megabytes) => {
    const program = await build('limits/address_space.c');
    const command = [program, String(megabytes), 'data'];
    await unchanged(limited(`-d ${megabytes * 1024}`, ...command), {
      prints: 'small blocks\nlarge block\nbeyond',
    });
    await unchanged([...command, 'self'], { prints: 'small blocks\nlarge block\nbeyond' });
    await planted([...command, 'self', 'fault'], { within: 'cross_free' });
  });

  // From 10 MiB on: the library itself takes half a MiB of address space, and below a program may lack just that.
  it.each([
    ['as', 'before', 'v', [10, 12, 16, 24, 40, 64, 100, 150, 200]],
    ['as', 'self', '', [10, 12, 16, 24, 40, 64, 100, 150, 200]],
    ['data', 'before', 'd', [1, 2, 3, 5, 8, 16, 40, 100, 200]],
    ['data', 'self', '', [1, 2, 3, 5, 8, 16, 40, 100, 200]],
    ['data', 'raw', '', [1, 2, 3, 5, 8, 16, 40, 100, 200]],
  ] as const)('as little of it as the bare program needs: %s, %s', async (which, when, flag, sizes) => {
    const program = await build('limits/sweep.c');
    for (const megabytes of sizes) {
      const command =
        when === 'before'
          ? limited(`-${flag} ${megabytes * 1024}`, program, '-', which)
          : [program, String(megabytes), which, when];
      await unchanged(command, { prints: /^\d+ blocks, / });
    }
  });

  it('says so where a limit leaves no room for the books', async () => {
    const program = await build('limits/sweep.c');
    const { run } = await unchanged(limited(`-v ${10 << 10}`, program, '-', 'as', 'fault'));
    expect(run.findings).toEqual([]);
    expect(run.observed.gaps.map(({ reason }) => reason).join()).toContain('leaves no room');
  });

  it.each([
    [['-DOWN_MALLOC', '-no-pie', '-rdynamic', '-Wl,-Ttext-segment=0x18000'], /^break at .*\n64 MiB/],
    [['-no-pie'], /^1024 MiB/],
    [[], /^1024 MiB/],
  ])('a heap that grows by brk: %j', async (options, prints) => {
    const program = await build('limits/low_heap.c', ['-fno-builtin', '-w', ...options]);
    await unchanged(['setarch', '-R', program], { prints });
  });

  it.skipIf(notRoot).each(['here', 'chroot', 'files'])(
    'no look at /proc: what was born unseen is not accused (%s)',
    async (where) => {
      const plugin = await build('modules/unseen_plugin.c', ['-shared', '-fPIC'], 'unseen_plugin.so');
      const program = await build('modules/unseen_births.c', ['-w', '-fno-builtin']);
      const { run } = await unchanged([program, where, plugin], { prints: 'healthy' });
      expect(run.observed.unknownReleases).toBeGreaterThanOrEqual(50);
    },
  );

  it.each(['as', 'data'])('refused at places that are known: limit %s', async (which) => {
    const program = await build('limits/no_memory.cc', ['-Wno-use-after-free']);
    const refused = ['malloc', 'calloc', 'realloc'].map((name) => `${name}: NULL, ENOMEM\n`).join('');
    await unchanged([program, which], {
      prints: `${refused}new: bad_alloc\nnew[]: bad_alloc\nnew (nothrow): NULL`,
    });
    await planted([program, which, 'fault'], { within: 'cross_free' });
  });

  it('places that other runtimes count on are free', async () => {
    const program = await build('limits/fixed_places.c');
    await unchanged([program], { prints: '64 TiB and more may be reserved' });
    await planted([program, 'fault'], { within: 'cross_free' });
  });

  it('no mapping is left', async () => {
    const program = await build('limits/many_mappings.c');
    await unchanged([program], { prints: 'more than 60,000' });
    await planted([program, 'fault'], { within: 'cross_free' });
  });

  it.skipIf(lacking('rustc'))('no new code is allowed', async (context) => {
    const program = await build('limits/no_new_code.c');
    const library = await build('modules/counted.rs', ['--crate-type', 'cdylib'], 'libcounted.so');
    const probe = await start([program, library]);
    if (probe.outcome.kind === 'exit' && probe.outcome.code === 77) {
      console.warn('skipped: no new code is allowed: the kernel is older than 6.3');
      context.skip();
    }
    const { run } = await unchanged([program, library], { prints: 'new code is refused\ndone' });
    expect(
      run.coverage === 'full' ? run.observed.allocations.rust : run.observed.gaps.length,
    ).toBeGreaterThan(0);
    await planted([program, library, 'fault'], { within: 'cross_free' });
  });

  it('what it costs: not in core dumps, no huge pages', async () => {
    const program = await build('limits/mappings.c');
    const after = await unchanged([program]);
    expect(measured(after, 'huge')).toBe(0);
    expect(measured(after, 'held')).toBeLessThan(24 * 1024);
    expect(measured(after, 'dumped')).toBeLessThan(64 * 1024);
    expect(measured(after, 'committed')).toBeLessThan(1024 * 1024);
  });

  it.each(['-s unlimited', '-s 256'])('a stack limit that changes the layout: %s', async (limit) => {
    const program = await build('allocators/every_kind.cc');
    await unchanged(limited(limit, program));
    await planted(limited(limit, program, 'fault'), { within: 'cross_free' });
  });

  it('addresses that are not random', async () => {
    const program = await build('allocators/every_kind.cc');
    await unchanged(['setarch', '-R', program]);
    await unchanged(['setarch', '-L', program]);
    await planted(['setarch', '-R', program, 'fault'], { within: 'cross_free' });
  });

  const overcommit = '/proc/sys/vm/overcommit_memory';
  it.skipIf(notRoot || !thorough('strict overcommit, a setting of the whole machine'))(
    'strict overcommit',
    async () => {
      const program = await build('allocators/every_kind.cc');
      const before = readFileSync(overcommit, 'utf8');
      try {
        writeFileSync(overcommit, '2');
      } catch {
        console.warn('skipped: strict overcommit: the setting cannot be changed here');
        return;
      }
      try {
        await unchanged([program]);
        await planted([program, 'fault'], { within: 'cross_free' });
      } finally {
        writeFileSync(overcommit, before);
      }
    },
  );
});

describe('files', () => {
  it('a file size limit of 0 that the program sets itself', async () => {
    const program = await build('limits/file_size.c');
    await unchanged([program]);
    await planted([program, 'fault'], { within: 'cross_free' });
  });

  it('a file size limit of 0 from the start', async () => {
    const program = await build('limits/file_size.c');
    const { run } = await unchanged(limited('-f 0', program, 'inherited'));
    expect(run.verdict).not.toBe('crashed');
    const faulty = await observed(limited('-f 0', program, 'inherited', 'fault'));
    expect(faulty.run.outcome).toEqual({ kind: 'exit', code: 0 });
  });

  it.each(['limit', 'used-up'])('no descriptor left: %s', async (why) => {
    const program = await build('limits/no_descriptors.c');
    await unchanged([program, why], { prints: 'open: -1 Too many open files' });
    await planted([program, why, 'fault'], { within: 'cross_free' });
  });

  it('hardly a descriptor from the start', async () => {
    const program = await build('limits/no_descriptors.c');
    await unchanged(limited('-n 4', program, 'limit'));
    await planted(limited('-n 4', program, 'limit', 'fault'), { within: 'cross_free' });
  });
});

describe('the place of the ledgers', () => {
  let scratch: string;
  beforeAll(() => {
    scratch = mkdtempSync(join(tmpdir(), 'crossfree-limits-'));
  });
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  it('is taken away in mid-run', async () => {
    const program = await build('processes/fork.c');
    const script = 'rm -rf "$CROSSFREE_LEDGER_DIR"; "$1" child-fault; exit 3';
    const after = await observed(['bash', '-c', script, 'bash', program]);
    expect(after.run.outcome).toEqual({ kind: 'exit', code: 3 });
    expect(after.stdout).toBe('child ended with 5\n');
    expect(after.run.verdict).not.toBe('clean');
  });

  it.each(['/does/not/exist', '/dev/null', '/proc', ''])('cannot be written: "%s"', async (place) => {
    const program = await build('processes/fork.c');
    const script = 'CROSSFREE_LEDGER_DIR="$2" "$1" child-fault; exit 3';
    const after = await observed(['bash', '-c', script, 'bash', program, place]);
    expect(after.run.outcome).toEqual({ kind: 'exit', code: 3 });
    expect(after.stdout).toBe('child ended with 5\n');
    // Whatever happened in the process that wrote nothing, this run has not been seen whole.
    expect(after.run.coverage).not.toBe('full');
  });

  it('is readable for others only as the user wants it', async () => {
    const place = join(scratch, 'kept');
    mkdirSync(place);
    const program = await build('processes/fork.c');
    await observed(['bash', '-c', `umask 077; exec "${program}"`], { options: ['--out', place] });
    expect(existsSync(join(place, 'run.json'))).toBe(true);
  });
});
