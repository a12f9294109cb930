import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findTool, versioned } from '../src/evidence/find-tool.ts';
import type { Run } from '../src/model/index.ts';
import { crossfree } from './crossfree.ts';

const rustc = findTool(['rustc']);
const symbolizer = findTool(versioned('llvm-symbolizer'));
if (!rustc) console.warn('skipped: no rustc to build programs with link-time optimisation');
if (!symbolizer) console.warn('skipped: no llvm-symbolizer, so nothing can be told apart');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crossfree-sites-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function build(source: string, options: string[], more: string[] = []): string {
  const cFile = new URL('call-sites/finish.c', import.meta.url);
  execFileSync('cc', ['-g', '-O2', '-c', fileURLToPath(cFile), '-o', 'finish.o'], { cwd: folder });
  const linked = source === 'doubles' ? ['link-arg=finish.o', ...options] : options;
  const name = `${source}${options.join('')}`.replace(/\W/g, '_');
  copyFileSync(
    fileURLToPath(new URL(`call-sites/${source}.rs`, import.meta.url)),
    join(folder, `${source}.rs`),
  );
  execFileSync(
    rustc ?? '',
    [
      '--edition=2021',
      ...(more.length > 0 ? [] : ['-o', name]),
      ...linked.flatMap((option) => ['-C', option]),
      ...more,
      `${source}.rs`,
    ],
    { cwd: folder },
  );
  return join(folder, name);
}

function observe(program: string): Run {
  const json = `${program}.json`;
  crossfree(['run', '--json', json, '--', program], {
    cwd: folder,
    env: { ...process.env, XDG_CACHE_HOME: folder },
  });
  return JSON.parse(readFileSync(json, 'utf8')) as Run;
}

const DEBUG = 'debuginfo=2';

describe.runIf(rustc)('a program with link-time optimisation', { timeout: 120_000 }, () => {
  it.each([
    ['opt-level=2', 'lto=fat'],
    ['opt-level=3', 'lto=thin'],
    ['opt-level=s', 'lto=fat'],
    ['opt-level=z', 'lto=fat', 'panic=abort'],
  ])('and without a fault has no finding, although functions were folded: %s %s %s', (...options) => {
    const run = observe(build('doubles', [DEBUG, ...options.filter((option) => option)]));
    expect(run.findings).toEqual([]);
    expect(run.verdict).toBe('clean');
    expect(run.coverage).toBe('partial');
    expect(run.outcome).toEqual({ kind: 'exit', code: 0 });
  });

  it.runIf(symbolizer).each([
    ['opt-level=2', 'lto=fat'],
    ['opt-level=3', 'lto=thin'],
  ])('has the faults that its debug info proves, the second time by what was kept: %s %s', (...options) => {
    const program = build('faults', [DEBUG, ...options]);
    for (const run of [observe(program), observe(program)]) {
      expect(run.findings.map(({ code, message, certainty }) => [code, message, certainty])).toEqual([
        ['CF001', 'a 64-byte block from C malloc was released by Rust', 'proven'],
        ['CF001', 'an 8-byte block from Rust was released by C free', 'proven'],
      ]);
      const places = run.findings.map(({ birth, death }) =>
        [birth, death].map((event) => event?.stack.find(({ file }) => file?.endsWith('faults.rs'))?.function),
      );
      expect(places).toEqual([
        ['faults::rust_releases', 'faults::rust_releases'],
        ['faults::c_releases', 'faults::c_releases'],
      ]);
      expect(run.coverage).toBe('partial');
      expect(run.arrangement).toEqual({ c: 'glibc', rust: 'glibc' });
    }
  });

  it.each([
    ['opt-level=3', 'lto=fat'],
    ['opt-level=s', 'lto=fat'],
    ['opt-level=z', 'lto=thin'],
  ])('and used by a C program has no finding, although C seems to make its releases: %s %s', (...options) => {
    build(
      'library',
      [DEBUG, 'relocation-model=pic', ...options],
      ['--crate-type=cdylib', '-o', 'liblibrary.so'],
    );
    const user = fileURLToPath(new URL('call-sites/user.c', import.meta.url));
    const linking = ['-L.', '-llibrary', '-Wl,-rpath,$ORIGIN'];
    execFileSync('cc', ['-g', '-O2', user, '-o', 'user', ...linking], { cwd: folder });
    const run = observe(join(folder, 'user'));
    expect(run.findings).toEqual([]);
    expect(run.outcome).toEqual({ kind: 'exit', code: 0 });
  });

  it('and without debug info of its own has no finding, and says so', () => {
    const run = observe(build('faults', ['opt-level=3', 'lto=fat', 'strip=debuginfo']));
    expect(run.findings).toEqual([]);
    expect(run.coverage).toBe('partial');
    expect(run.observed.gaps[0]?.remedy).toContain('lto = false');
    expect(Object.values(run.observed.undeterminedSites ?? {})[0]).toBeGreaterThan(0);
  });
});
