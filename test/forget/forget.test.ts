import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ForgetResult, Frame } from '../../src/model/index.ts';
import { packageRoot } from '../../src/plan/installation.ts';
import { specimen } from '../arrangements/specimens.ts';
import { CROSSFREE, crossfree } from '../crossfree.ts';

/** CROSSFREE_TEST_ALL=1: each fault with and without the ledger's help. */
const ALL = process.env.CROSSFREE_TEST_ALL === '1';
const EVERY: [mode: string, place: string, option: string][] = [
  ['grown', 'grow', '--blind'],
  ['thread', 'release_inside', '--seed=2'],
  ['tree', 'fell_tree', '--seed=2'],
];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crossfree-forget-'));
  const source = join(packageRoot(), 'specimens/forget/releases.c');
  execFileSync('gcc', [
    '-O1',
    '-fno-builtin',
    '-g',
    '-w',
    '-pthread',
    '-o',
    join(folder, 'releases'),
    source,
  ]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let results = 0;
function forget(program: string[], options: string[] = []) {
  const json = join(folder, `result-${results++}.json`);
  const ended = crossfree(['forget', '--json', json, ...options, '--', ...program], { cwd: folder });
  const text = existsSync(json) ? readFileSync(json, 'utf8') : '';
  return { ...ended, result: (text === '' ? undefined : JSON.parse(text)) as ForgetResult };
}

/** The program's own function that calls the release. */
const place = (stack: Frame[]) => stack.find((frame) => frame.file?.endsWith('releases.c'))?.function;
const guilty = ({ guilty }: ForgetResult) => guilty.map(({ site }) => place(site.stack)).sort();

describe('a program', () => {
  it('with two guilty releases, of which it reaches one: both, JSON as its schema says', () => {
    const { status, stdout, stderr, result } = forget(['./releases', 'two']);
    expect(status, stderr).toBe(99);
    expect(guilty(result)).toEqual(['release_inside', 'release_literal']);
    expect([result.conclusion, result.minimal, result.outcome]).toMatchObject([
      'guilty',
      true,
      { kind: 'signal', signal: 'SIGABRT' },
    ]);
    expect(result.sites).toBeGreaterThan(50);
    expect(result.runs).toBeLessThanOrEqual(20);
    expect(stdout).toMatch(
      /^crossfree forget {2}GUILTY {3}\.\/releases two was ended by SIGABRT .* · 2 guilty/,
    );
    expect(stdout).toContain('Without these 2 releases it ends with exit 0 instead of SIGABRT.');
    expect(stdout).toMatch(/^ {2}died {2}release_literal +.*releases\.c:\d+ +free\(\)$/m);
    expect(stdout).toMatch(/^ {2}born {2}two +.*releases\.c:\d+ +malloc\(64\)$/m);
    const schema = JSON.parse(readFileSync(join(packageRoot(), 'schemas/forget.schema.json'), 'utf8'));
    const validate = new Ajv().compile(schema);
    expect(validate(result), JSON.stringify(validate.errors)).toBe(true);
  });

  it('that nothing is wrong with has no guilty release', () => {
    const { status, stdout, result } = forget(['./releases', 'healthy']);
    expect([status, result.conclusion, result.guilty, result.runs]).toEqual([0, 'healthy', [], 3]);
    expect(stdout).toContain('HEALTHY');
  });

  it('that crashes for another reason is not blamed on a release', () => {
    const { status, stdout, result } = forget(['./releases', 'null']);
    expect([status, result.conclusion, result.guilty, result.runs]).toEqual([99, 'another-reason', [], 4]);
    expect(result.outcome).toMatchObject({ kind: 'signal', signal: 'SIGSEGV' });
    expect(stdout).toContain('It goes wrong too when nothing is released (SIGSEGV)');
  });

  it('that has both faults: the release is to blame for the first only', () => {
    const { stdout, result } = forget(['./releases', 'both']);
    expect(guilty(result)).toEqual(['release_again']);
    expect(result.withoutGuilty).toMatchObject([{ outcome: { signal: 'SIGSEGV' }, runs: 3 }]);
    expect(stdout).toMatch(/ends with SIGSEGV instead of SIGABRT\. What is left has another reason/);
  });

  it('that writes past a block’s end is not blamed on the release that notices it', () => {
    const { result } = forget(['./releases', 'past-end']);
    expect([result.conclusion, result.reason]).toEqual([
      'another-reason',
      expect.stringContaining('damage in its heap'),
    ]);
  });

  it('that releases a block twice: either place heals it', () => {
    for (const blind of [[], ['--blind']]) {
      const { result } = forget(['./releases', 'twice'], blind);
      const [one, ...others] = result.guilty;
      const places = [one?.site, ...(one?.alternatives ?? [])].map((site) => place(site?.stack ?? []));
      expect([places.sort(), others]).toEqual([['release_again', 'release_once'], []]);
      expect(one?.birth).toMatchObject({ world: 'c', size: 48, via: 'malloc' });
    }
  });

  it('that releases too early, which the ledger cannot know: the search alone finds it', () => {
    const { stdout, result } = forget(['./releases', 'early']);
    expect(guilty(result)).toEqual(['release_early']);
    expect(result.guilty[0]?.finding).toBeUndefined();
    expect(result.runs).toBeLessThanOrEqual(20);
    expect(stdout).toContain('the block is still used after it');
  });

  it.each<[mode: string, place: string, option: string]>([
    ['grown', 'grow', '--seed=1'],
    ['thread', 'release_inside', '--blind'],
    ['tree', 'fell_tree', '--blind'],
    ...(ALL ? EVERY : []),
  ])('%s: %s is guilty (%s)', (mode, place, option) => {
    const { result } = forget(['./releases', mode], [option]);
    expect(guilty(result)).toEqual([place]);
    expect(result.runs).toBeLessThanOrEqual(25);
  });
});

it('finds the one deallocation behind silent corruption on jemalloc, among more than 50 release sites', async () => {
  const program = await specimen('boxes-and-vectors.rs');
  for (const [blind, runs] of [
    [[], 10],
    [['--blind'], 25],
  ] as const) {
    const { status, result } = forget([program, 'fault'], ['--allocator', 'rust=jemalloc', ...blind]);
    expect([status, result.verdict, result.outcome]).toEqual([99, 'silent', { kind: 'exit', code: 0 }]);
    expect(result.guilty).toHaveLength(1);
    const [one] = result.guilty;
    expect(one?.site).toMatchObject({ via: '__rust_dealloc', world: 'rust' });
    expect(one?.site.stack.map((frame) => frame.function)).toContain('boxes_and_vectors::give_back');
    expect(one?.birth).toMatchObject({ world: 'rust', size: 16 });
    expect(one?.finding).toMatchObject({ code: 'CF004' });
    expect(one?.confidence).toBeGreaterThan(0.99);
    expect(result.arrangement.rust).toBe('jemalloc');
    expect(result.withoutGuilty).toEqual([{ verdict: 'clean', outcome: { kind: 'exit', code: 0 }, runs: 3 }]);
    expect(result.sites).toBeGreaterThan(50);
    expect(result.runs).toBeLessThanOrEqual(runs);
  }
});

it('shows what it knows when it is interrupted', async () => {
  const script = './releases early; code=$?; sleep 1; exit $code';
  const args = ['forget', '--runs', '100', '--blind', '--jobs', '1', '--json', join(folder, 'broken.json')];
  const child = spawn(process.execPath, [CROSSFREE, ...args, '--', '/bin/sh', '-c', script], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = new Promise((done) => child.on('close', done));
  await vi.waitFor(() => expect(said).toContain('runs up to 100 times'), { timeout: 30_000 });
  child.kill('SIGINT');
  expect(await ended, said).toBe(130);
  expect(said).toContain('interrupted');
});

it.each([
  [['--runs', '0', '--', 'x'], '`--runs` expects a whole number'],
  [['--allocator', 'rust=nomalloc', '--', 'x'], '`--allocator`: expected an allocator'],
  [['--stdin', '/no/such', '--', 'x'], '`--stdin` expects a file'],
  [['--out', '/dev/null/x', '--', 'x'], '`--out` expects a folder'],
  [[], '`forget` expects a program'],
])('refuses %j', (args, why) => {
  const { status, stderr } = crossfree(['forget', ...args], { cwd: folder });
  expect([status, stderr]).toEqual([2, expect.stringContaining(why)]);
});

it('says when the program cannot be started, and keeps a result in --out', () => {
  expect(forget(['./no-such-program'])).toMatchObject({ status: 127 });
  const { status } = forget(['./releases'], ['--out', 'kept', '--repeat', '1']);
  const kept = JSON.parse(readFileSync(join(folder, 'kept/forget.json'), 'utf8'));
  expect([status, kept.schema, kept.runs]).toEqual([0, 'crossfree/forget@1', 1]);
});
