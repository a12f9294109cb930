import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { start } from './harness/process.ts';
import { observed, planted, unchanged } from './harness/situation.ts';
import { build, lacking, PROGRAMS, REPOSITORY } from './harness/toolchain.ts';

const SHARED = ['-shared', '-fPIC'];
const LIBRARIES = '/usr/lib/x86_64-linux-gnu';
const PACKAGED: [string, string, string][] = [
  ['jemalloc', `${LIBRARIES}/libjemalloc.so.2`, 'libjemalloc2'],
  ['tcmalloc', `${LIBRARIES}/libtcmalloc_minimal.so.4`, 'libtcmalloc-minimal4'],
  ['mimalloc', `${LIBRARIES}/libmimalloc.so.2`, 'libmimalloc2.0'],
];

/** Runs a command with a library preloaded by the program's own shell, as users do. */
const preloading = (library: string, ...command: string[]) => [
  'bash',
  '-c',
  `export LD_PRELOAD="$LD_PRELOAD\${LD_PRELOAD:+:}$1"; shift; exec "$@"`,
  'bash',
  library,
  ...command,
];

describe('the usual allocator', () => {
  it('every kind of allocation', async () => {
    const program = await build('allocators/every_kind.cc');
    await unchanged([program], { prints: 'done' });
    await planted([program, 'fault'], { within: 'cross_free' });
  });

  it('puts every block where it would have put it', async () => {
    const program = await build('allocators/same_places.c');
    await unchanged([program]);
    await planted([program, 'fault'], { within: 'cross_free' });
  });

  it.each(['filled', 'unused', 'filled-later', 'unused-later'])('told by mallopt: %s', async (how) => {
    await unchanged([await build('allocators/same_places.c'), how]);
  });

  it.each(['MALLOC_PERTURB_=85', 'MALLOC_TOP_PAD_=1000000'])('where blocks go, with %s', async (setting) => {
    const [name = '', value] = setting.split('=');
    await unchanged([await build('allocators/same_places.c')], { env: { [name]: value } });
  });

  it('still sees that a block behind a small one is damaged', async () => {
    const ends = { kind: 'signal', signal: 'SIGABRT' } as const;
    await unchanged([await build('allocators/same_places.c'), 'damaged'], { ends });
  });

  it.each([
    ['LD_BIND_NOW', '1'],
    ['MALLOC_PERTURB_', '165'],
    ['MALLOC_ARENA_MAX', '1'],
    ['GLIBC_TUNABLES', 'glibc.malloc.tcache_count=0:glibc.malloc.mmap_threshold=4096'],
  ])('tuned by %s=%s', async (name, value) => {
    const program = await build('allocators/every_kind.cc');
    await unchanged([program], { env: { [name]: value } });
    await planted([program, 'fault'], { env: { [name]: value }, within: 'cross_free' });
  });

  it('in every known form of glibc’s thread cache, and in none that is not', async () => {
    const runtime = join(REPOSITORY, 'runtime');
    const sources = ['tcache.c', 'tcache.h'].map((name) => readFileSync(join(runtime, name)));
    const digest = createHash('sha256').update(Buffer.concat(sources)).digest('hex'); // built anew when they change
    const program = await build('allocators/cache_forms.c', [`-I${runtime}`, `-DRUNTIME=${digest}`]);
    expect(await start([program])).toMatchObject({
      outcome: { code: 0 },
      stdout: expect.stringMatching(/^5 known forms/),
    });
  });

  it.each(['every_kind.cc', 'same_places.c'])('whose inside is left alone: %s', async (source) => {
    const env = { CROSSFREE_LIBC_INTERNALS: '0' };
    const program = await build(`allocators/${source}`);
    const { run } = await unchanged([program], { env });
    expect(run.coverage).toBe('full');
    await planted([program, 'fault'], { env, within: 'cross_free' });
  });

  it('with the C library’s own checks preloaded', async () => {
    const program = await build('allocators/every_kind.cc');
    const command = preloading('libc_malloc_debug.so.0', 'env', 'MALLOC_CHECK_=3', program);
    await unchanged(command, { prints: 'done' });
  });
});

describe('an allocator of the program’s own', () => {
  const inExecutable = () =>
    build('allocators/every_kind.cc', ['-x', 'c', 'allocators/own_malloc.c', '-x', 'none'], 'own');

  it('in the executable', async () => {
    const program = await inExecutable();
    const { run } = await unchanged([program], { prints: 'done with an own malloc' });
    expect(run.observed.allocations.c).toBeGreaterThan(1500);
    await planted([program, 'fault'], { within: 'cross_free' });
  });

  it('in a preloaded library', async () => {
    const library = await build('allocators/own_malloc.c', SHARED, 'own.so');
    const program = await build('allocators/every_kind.cc');
    await unchanged(preloading(library, program), { prints: 'done with an own malloc' });
    await planted(preloading(library, program, 'fault'), { within: 'cross_free' });
  });

  it('in a library that is linked', async () => {
    const library = await build('allocators/own_malloc.c', SHARED, 'libown.so');
    const program = await build('allocators/every_kind.cc', [library], 'linked');
    await unchanged([program], { prints: 'done with an own malloc' });
    await planted([program, 'fault'], { within: 'cross_free' });
  });

  it('whose callers keep values in registers that a call may destroy', async () => {
    const program = await build('allocators/register_pressure.c', ['-O2'], 'pressed');
    await unchanged([program], { prints: '20123000 38340000' });
    await planted([program, 'fault'], { within: 'cross_free' });
  });

  it.each(['0', '1'])('operator new and delete replaced in the executable (-DWHOLE=%s)', async (whole) => {
    const program = await build('allocators/own_operators.cc', [`-DWHOLE=${whole}`], `own${whole}`);
    const { run } = await unchanged([program], { prints: 'through its own' });
    expect(run.observed.allocations['c++']).toBeGreaterThan(1000);
  });

  it('each built on another, as in the C++ library', async () => {
    const program = await build('allocators/chained_operators.cc');
    const { run } = await unchanged([program], { prints: 'through its own' });
    expect(run.observed.allocations['c++']).toBeGreaterThan(1000);
    await planted([program, 'fault'], { within: 'cross_free' });
  });

  it('exceptions and forced unwinding through them', async () => {
    const program = await build('allocators/throwing_operators.cc');
    await unchanged([program], { prints: '50 caught, 101 unwound' });
    await planted([program, 'fault'], { within: 'cross_free' });
  });

  it('a free that leaves no room to be observed is a gap', async () => {
    const program = await build('signals/storm.c', ['-fno-align-functions'], 'tight');
    const { run } = await unchanged([program], { prints: 'the storm is over' });
    expect(run.coverage).not.toBe('full');
  });

  it('and a block of theirs given to free', async () => {
    const program = await build('allocators/own_operators.cc', ['-DWHOLE=0'], 'own0');
    const { run } = await planted([program, 'fault'], { within: 'main' });
    expect(run.findings[0]?.worlds.released).toBe('c');
  });

  it.each(['0', '1'])('operator new and delete hidden in a library (-DWHOLE=%s)', async (whole) => {
    const flags = [...SHARED, '-DLIBRARY', `-DWHOLE=${whole}`, '-Wl,--version-script=allocators/hidden.map'];
    const library = await build('allocators/own_operators.cc', flags, `hidden${whole}.so`);
    const program = await build('modules/open_often.c');
    await unchanged([program, '100', library], { prints: 'sum 100' });
    await unchanged([await build('modules/open_flags.c'), 'now', library, 'apart']);
  });

  it.skipIf(lacking('rustc'))('a global allocator of a Rust program', async () => {
    const program = await build('allocators/rust_global.rs');
    const { run } = await unchanged([program], { prints: 'sum 36015, 0 wrong, true' });
    // Not all: the compiler may put the program's own allocator right into its callers.
    expect(run.observed.allocations.rust).toBeGreaterThan(5_000);
  });
});

describe('a Rust program whose allocator is everybody’s malloc', () => {
  it.skipIf(lacking('cargo')).each(['jemalloc', 'mimalloc'])('%s', { timeout: 600_000 }, async (feature) => {
    const folder = join(PROGRAMS, 'allocators', 'everybodys');
    const target = join(REPOSITORY, 'build', 'robustness', 'everybodys', feature);
    const options = ['--release', '--locked', '--quiet', '--features', feature, '--target-dir', target];
    await promisify(execFile)('cargo', ['build', ...options], { cwd: folder });
    const program = join(target, 'release', 'everybodys');
    await unchanged([program], { prints: 'names', ends: { kind: 'exit', code: 6 } });
    const { run } = await observed([program, 'twice']); // bare, mimalloc goes round in a circle
    expect(run.findings).toMatchObject([{ code: 'CF002', certainty: 'proven' }]);
  });
});

describe('an allocator with entries that are not observed', () => {
  it.each([
    ['exported', ['-rdynamic']],
    ['in the symbol table', []],
    ['under names of another kind', ['-DTAKE=pool_alloc', '-DGIVE=pool_put']],
    ['stripped', ['-s']],
  ])('%s: re-use is no finding, and the gap names it', async (how, flags) => {
    const program = await build('allocators/arena_entry.c', flags, how.replaceAll(' ', '-'));
    const { run } = await unchanged([program], { prints: 'healthy' });
    const gap = run.observed.gaps.find(({ reason }) => reason.includes('blocks may come and go unseen'));
    expect(gap?.module).toBe(program);
    const entry = flags.includes('-s') ? 'symbols are stripped' : 'has more entries than are observed';
    expect(gap?.reason).toContain(entry);
    if (flags.includes('-s')) return;
    const { run: faulty } = await planted([program, 'fault'], { within: 'cross_free' });
    expect(faulty.findings[0]?.certainty).toBe('proven');
  });

  it('whose own code may have inlined it: possible, and the act is left alone', async () => {
    const program = await build('allocators/own_twice.c');
    const { run } = await unchanged([program], { prints: 'healthy' });
    expect(run.coverage).toBe('partial');
    const { run: twice } = await planted([program, 'twice'], { code: 'CF002', within: 'twice' });
    expect(twice.findings[0]).toMatchObject({ certainty: 'possible', detail: { act: 'performed' } });
    const { run: crossed } = await planted([program, 'fault'], { within: 'cross_free' });
    expect(crossed.findings[0]?.certainty).toBe('proven');
  });

  it('and `--on-finding stop` stops nothing that is only possible', async () => {
    const program = await build('allocators/own_twice.c');
    const { run } = await planted([program, 'twice'], {
      code: 'CF002',
      within: 'twice',
      options: ['--on-finding', 'stop'],
    });
    expect(run.findings[0]?.detail.act).toBe('performed');
  });
});

describe.each(PACKAGED)('%s', (name, library, debian) => {
  const absent = lacking(library) && `${debian} is not installed`;

  it.skipIf(absent)('linked', async () => {
    const program = await build('allocators/every_kind.cc', [library], 'linked');
    await unchanged([program]);
    await planted([program, 'fault'], { within: 'cross_free' });
  });

  it.skipIf(absent)('preloaded', async () => {
    const program = await build('allocators/every_kind.cc');
    await unchanged(preloading(library, program));
    await planted(preloading(library, program, 'fault'), { within: 'cross_free' });
  });

  it.skipIf(absent).each(['linked', 'preloaded'])('its own names beside malloc and free, %s', async (how) => {
    const flags = [`-D${name.toUpperCase()}`, '-Wl,--no-as-needed', library, '-lstdc++'];
    const program = await build('allocators/own_names.c', flags, how);
    const command = (...words: string[]) =>
      how === 'linked' ? [program, ...words] : preloading(library, program, ...words);
    const { run } = await unchanged(command(), { prints: 'mixed' });
    expect(run.observed.gaps).toEqual([]);
    await planted(command('fault'), { within: 'cross_free' });
    const { run: twice } = await observed(command('twice')); /* bare, some of them abort */
    expect(twice.findings).toMatchObject([
      { code: 'CF002', certainty: 'proven', detail: { act: 'prevented' } },
    ]);
  });

  it.skipIf(absent)('eight times a million pairs', async () => {
    await unchanged([await build('threads/pairs.c', ['-Wl,--no-as-needed', library], 'pairs')]);
  });

  it.skipIf(absent)('fork without exec from threads', async () => {
    await unchanged([await build('processes/fork_threads.c', ['-Wl,--no-as-needed', library], 'forks')]);
  });
});
