import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ledgerBytes } from './harness/ledgers.ts';
import { measured, planted, preloaded, unchanged } from './harness/situation.ts';
import { build, lacking } from './harness/toolchain.ts';

const SHARED = ['-shared', '-fPIC'];
const counted = (name = 'counted.so') => build('modules/counted.c', SHARED, name);
const cdylib = (name = 'libcounted.so') => build('modules/counted.rs', ['--crate-type', 'cdylib'], name);
const noRust = lacking('rustc');

let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'crossfree-modules-'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** A copy of a library under another name: to the loader, another library. */
function copy(library: string, name: string): string {
  const path = join(scratch, name);
  copyFileSync(library, path);
  return path;
}

describe('libraries that come and go', () => {
  it('ten thousand times a C library', async () => {
    const program = await build('modules/open_often.c');
    const ended = await unchanged([program, '10000', await counted()], { prints: 'sum 40000' });
    expect(measured(ended, 'rss')).toBeLessThan(48 * 1024);
    await planted([program, '10000', await counted(), 'fault'], { within: 'cross_free' });
  });

  it.skipIf(noRust)('ten thousand times a Rust library', async () => {
    const program = await build('modules/open_often.c');
    const ended = await unchanged([program, '10000', await cdylib()], { prints: 'sum 40000' });
    expect(measured(ended, 'rss')).toBeLessThan(48 * 1024);
    expect(ended.run.observed.allocations.rust).toBeGreaterThanOrEqual(20_000);
    expect(ended.run.coverage).toBe('full');
  });

  it.skipIf(noRust)('and the last of ten thousand is still told apart', async () => {
    const program = await build('modules/open_often.c');
    const { run } = await planted([program, '10000', await cdylib(), 'rust-fault'], { within: 'main' });
    expect(run.findings[0]?.worlds).toMatchObject({ released: 'c' });
    expect(run.findings[0]?.birth?.stack.map((frame) => frame.function).join()).toContain('raw');
  });

  it.skipIf(noRust)('several in turn, at each other’s addresses', async () => {
    const program = await build('modules/open_often.c');
    const libraries = [await counted(), await cdylib()].flatMap((library, index) => [
      copy(library, `first${index}.so`),
      copy(library, `second${index}.so`),
    ]);
    await unchanged([program, '2000', ...libraries], { prints: 'sum 8000' });
  });

  it('the ledger stays small', async () => {
    const directory = join(scratch, 'ledgers');
    mkdirSync(directory);
    const program = await build('modules/open_often.c');
    const library = noRust ? await counted() : await cdylib();
    const few = await preloaded([program, '100', library], directory);
    const little = ledgerBytes(directory);
    const many = await preloaded([program, '10000', library], directory);
    expect([few.outcome, many.outcome]).toEqual([
      { kind: 'exit', code: 0 },
      { kind: 'exit', code: 0 },
    ]);
    expect(little).toBeGreaterThan(0);
    expect(ledgerBytes(directory) - little).toBeLessThan(16 << 20);
  });

  it('blocks outlive the library that made them', async () => {
    const program = await build('modules/outlive.c');
    const library = await counted();
    await unchanged([program, library, copy(library, 'other.so')]);
    await planted([program, library, copy(library, 'other.so'), 'fault'], { within: 'cross_free' });
  });
});

describe('ways of opening a library', () => {
  it.each(['now', 'lazy', 'global', 'nodelete', 'namespace'])('%s', async (how) => {
    const program = await build('modules/open_flags.c');
    await unchanged([program, how, await counted()]);
    await planted([program, how, await counted(), 'fault'], { within: 'cross_free' });
  });

  it('RTLD_DEEPBIND: blocks go over the border unseen, and that is said', async () => {
    const program = await build('modules/open_flags.c');
    const { run } = await unchanged([program, 'deepbind', await counted()]);
    if (run.coverage === 'full') expect(run.observed.allocations.c).toBeGreaterThanOrEqual(400);
    else expect(run.observed.gaps.map((gap) => gap.reason).join()).toContain('RTLD_DEEPBIND');
  });

  it.each(['now', 'lazy', 'namespace', 'deepbind'])(
    'a C++ library that brings the C++ library: %s',
    async (how) => {
      const library = await build('modules/cxx_library.cc', SHARED, 'cxx.so');
      await unchanged([await build('modules/open_flags.c'), how, library, 'apart']);
    },
  );

  it('by bare name, found through the RUNPATH of the library that asks', async () => {
    const host = await build(
      'modules/plugin_host.c',
      [...SHARED, '-Wl,--enable-new-dtags,-rpath,$ORIGIN/plugins'],
      'lib/libhost.so',
    );
    mkdirSync(join(host, '../plugins'), { recursive: true });
    copyFileSync(await counted(), join(host, '../plugins/plugin.so'));
    const program = await build('modules/plugin_host.c', ['-DPROGRAM'], 'program');
    await unchanged([program, host], { prints: 'the plugin was found' });
    await planted([program, host, 'fault'], { within: 'cross_free' });
    // Whoever has no such RUNPATH does not find it, with us neither.
    await unchanged([program], { ends: { kind: 'exit', code: 1 }, prints: 'cannot open shared object' });
  });

  it('by bare name, found through the RUNPATH of the program', async () => {
    const flags = ['-DPROGRAM', '-Wl,--enable-new-dtags,-rpath,$ORIGIN/plugins'];
    const program = await build('modules/plugin_host.c', flags, 'program');
    mkdirSync(join(program, '../plugins'), { recursive: true });
    copyFileSync(await counted(), join(program, '../plugins/plugin.so'));
    await unchanged([program], { prints: 'the plugin was found' });
  });
});

describe('early and late', () => {
  it('allocations before main and after it', async () => {
    const program = await build('modules/before_main.cc');
    await unchanged([program], { prints: '1 44' });
    await planted([program, 'fault'], { within: 'cross_free' });
  });

  const { header } = process.report.getReport() as { header: { glibcVersionRuntime: string } };
  // there dlsym allocates, and such a program calls itself until its stack is full
  const isOld = Number(header.glibcVersionRuntime.split('.')[1]) < 34;

  it.skipIf(isOld)('a malloc of the executable around the next one, found by dlsym', async () => {
    const program = await build('modules/next_malloc.c');
    await unchanged([program], { prints: /^called/m });
    await planted([program, 'fault'], { within: 'cross_free' });
  });

  it('calls that go around whatever interposes, at the same addresses again and again', async () => {
    const program = await build('modules/around.c');
    await unchanged([program], { prints: 'done' });
    await planted([program, 'fault'], { within: 'cross_free' });
  });

  it('IFUNC resolvers, in the program and, allocating, in a library', async () => {
    const program = await build('modules/ifunc.c');
    await unchanged([program], { prints: '42' });
    await planted([program, 'fault'], { within: 'cross_free' });
    const library = await build('modules/ifunc_library.c', SHARED, 'ifunc.so');
    await unchanged([await build('modules/open_flags.c'), 'now', library]);
    await unchanged([await build('modules/open_often.c'), '100', library], { prints: 'sum 400' });
  });
});
