import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { packageRoot } from '../../src/plan/installation.ts';
import type { Matrix } from '../../src/search/matrix/result.ts';
import { CROSSFREE, crossfree } from '../crossfree.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crossfree-matrix-'));
  const source = fileURLToPath(new URL('../launcher/bad_citizens.c', import.meta.url));
  execFileSync('gcc', ['-std=gnu11', '-g', '-O1', '-o', join(folder, 'bad_citizens'), source]);
  execFileSync('gcc', ['-g', '-O0', '-o', join(folder, 'healthy'), '-xc', '-'], {
    input: '#include <stdlib.h>\nint main(void) { char *block = malloc(10); block[0] = 1; free(block); }',
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let results = 0;
function matrix(program: string[], options: string[] = [], cwd = folder) {
  const json = join(folder, `result-${results++}.json`);
  const ended = crossfree(
    ['matrix', '--allocators', 'glibc', '--repeat', '1', '--json', json, ...options, '--', ...program],
    { cwd },
  );
  const text = existsSync(json) ? readFileSync(json, 'utf8') : '';
  return { ...ended, result: (text === '' ? undefined : JSON.parse(text)) as Matrix };
}

it('is clean for a healthy program, exit status 0, JSON as its schema says', () => {
  const { status, stdout, stderr, result } = matrix(['./healthy'], ['--repeat', '3']);
  expect(status, stderr).toBe(0);
  expect(stdout).toMatch(/as it is +CLEAN +exit 0 +3 alike +–/);
  expect(stderr).toMatch(/^crossfree matrix: 1 cell of 3 runs: the program runs 3 times, \d+ at once\n$/);
  const schema = JSON.parse(readFileSync(join(packageRoot(), 'schemas/matrix.schema.json'), 'utf8'));
  const validate = new Ajv().compile(schema);
  expect(validate(result), JSON.stringify(validate.errors)).toBe(true);
});

describe('a program', () => {
  it('that ignores its time-out’s SIGTERM hangs, and the matrix does not', () => {
    const { status, result } = matrix(
      ['./bad_citizens', 'ignore-sigterm', 'ignored'],
      ['--timeout', '300ms'],
    );
    expect([status, result.cells[0]?.verdict]).toEqual([99, 'hung']);
    for (const pid of readFileSync(join(folder, 'ignored'), 'utf8').trim().split('\n'))
      expect(existsSync(`/proc/${pid}`)).toBe(false);
  });

  it('whose children outlive it leaves none of them behind', () => {
    // Runs go side by side in one folder: each has a file of its own for the pid that it left.
    const script = './bad_citizens leave-daemon left.$$; until [ -s left.$$ ]; do sleep 0.01; done';
    const { status, result } = matrix(['/bin/sh', '-c', script]);
    const [cell] = result.cells;
    expect([status, cell?.verdict, cell?.runs[0]?.orphans]).toEqual([0, 'clean', 1]);
    const left = readdirSync(folder).filter((name) => name.startsWith('left.'));
    expect(left).not.toHaveLength(0);
    for (const name of left)
      expect(existsSync(`/proc/${readFileSync(join(folder, name), 'utf8').trim()}`)).toBe(false);
  });

  it('that writes a gigabyte is heard at both ends', () => {
    const { status, result } = matrix(['./bad_citizens', 'write-gigabyte']);
    const printed = result.cells[0]?.runs[0]?.printed.stdout;
    expect([status, printed?.head[0], printed?.tail?.at(-1)]).toEqual([0, '<', '>']);
    expect(printed?.dropped).toBeGreaterThan(10 ** 9);
  });

  it('that eats memory is ended for it, and says so', () => {
    const { stdout, result } = matrix(['./bad_citizens', 'eat-memory'], ['--memory', '100M']);
    expect(result.cells[0]?.runs[0]?.outcome).toEqual({
      kind: 'signal',
      signal: 'SIGKILL',
      exceeded: 'memory',
    });
    expect(stdout).toMatch(/KILLED +too much memory/);
  });

  it('gets its input, and each run a working directory of its own', () => {
    const cwd = mkdtempSync(join(folder, 'cwd-'));
    writeFileSync(join(cwd, 'input'), 'line\n');
    const script = 'cat; ls; test ! -e made && echo x > made';
    const { result } = matrix(
      ['/bin/sh', '-c', script],
      ['--cwd-copy', '--stdin', 'input', '--repeat', '2'],
      cwd,
    );
    expect(result.cells[0]?.runs.map(({ outcome, printed }) => [outcome, printed.stdout.head])).toEqual(
      Array(2).fill([{ kind: 'exit', code: 0 }, 'line\ninput\n']),
    );
    expect(readdirSync(cwd)).toEqual(['input']);
  });

  it('whose traces are cleared away by --reset finds none', () => {
    const cwd = mkdtempSync(join(folder, 'reset-'));
    const { result } = matrix(
      ['/bin/sh', '-c', 'mkdir made'],
      ['--reset', 'rmdir made', '--repeat', '3'],
      cwd,
    );
    expect(result.cells[0]?.distribution).toEqual([{ verdict: 'clean', outcome: 'exit 0', count: 3 }]);
  });
});

it('keeps what has finished when it is interrupted, and goes on', async () => {
  const out = join(folder, 'kept');
  const args = ['matrix', '--allocators', 'glibc', '--repeat', '30', '--jobs', '1', '--timeout', '60s'];
  const program = ['/bin/sh', '-c', '[ -e go ] || sleep 2'];
  const child = spawn(process.execPath, [CROSSFREE, ...args, '--out', out, '--', ...program], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = new Promise((done) => child.on('close', done));
  await vi.waitFor(() => expect(readdirSync(join(out, 'runs')).length).toBeGreaterThan(0), {
    timeout: 30_000,
  });
  child.kill('SIGINT');
  expect(await ended).toBe(130);
  expect(said).toContain(`crossfree matrix --resume ${out}`);
  expect(JSON.parse(readFileSync(join(out, 'matrix.json'), 'utf8'))).toMatchObject({ complete: false });
  writeFileSync(join(folder, 'go'), '');
  expect(crossfree([...args, '--resume', out, '--', ...program], { cwd: folder }).status).toBe(0);
  expect(JSON.parse(readFileSync(join(out, 'matrix.json'), 'utf8')).cells[0].runs).toHaveLength(30);
  const other = crossfree([...args, '--resume', out, '--', './healthy'], { cwd: folder });
  expect([other.status, other.stderr]).toEqual([2, expect.stringContaining('`--resume`:')]);
});

it.each([
  [['--repeat', '0', '--', 'x'], '`--repeat` expects a whole number'],
  [['--memory', '5', '--', 'x'], '`--memory` expects a size'],
  [['--allocators', 'nomalloc', '--', 'x'], '`--allocators` expects names out of glibc'],
  [['--stdin', '/no/such', '--', 'x'], '`--stdin` expects a file'],
  [['--out', 'a', '--resume', 'b', '--', 'x'], '`--resume` goes on in its own folder'],
  [[], '`matrix` expects a program'],
])('refuses %j', (args, why) => {
  const { status, stderr } = crossfree(['matrix', ...args], { cwd: folder });
  expect([status, stderr]).toEqual([2, expect.stringContaining(why)]);
});

it('says when the program cannot be started', () => {
  expect(matrix(['./no-such-program'])).toMatchObject({ status: 127 });
});
