import { describe, expect, it } from 'vitest';
import type { MatrixWorld } from '../matrix-worlds.ts';
import { answersOf, type MatrixRun, pageOf, verdictOf } from './allocator-matrix.ts';

type Seen = Omit<MatrixRun, 'verdict'>;
const GOES_ON = { size: 64, outcome: 'exit 0', stage: 'whole', message: '' };

function run(from: MatrixWorld, to: MatrixWorld, seen: Partial<Seen> = {}): MatrixRun {
  const whole: Seen = { ...GOES_ON, from, to, ...seen };
  return { ...whole, verdict: verdictOf(whole) };
}

const SEGV = { outcome: 'SIGSEGV', stage: 'releasing' };
const BAD_MAGIC = {
  outcome: 'SIGABRT',
  stage: 'releasing',
  message: 'debug allocator: free(0x1): foreign pointer, bad magic 0x0 where 0x1 should stand',
};

describe('the verdict of a mixed release', () => {
  it.each<[string, MatrixRun]>([
    ['clean', run('arena', 'arena')],
    ['latent', run('standard', 'mmap')],
    ['silent', run('standard', 'mmap', { stage: 'torn 3' })],
    ['silent', run('arena', 'arena', { stage: 'torn 3' })],
    ['crashed', run('standard', 'mmap', SEGV)],
    ['caught', run('standard', 'debug', BAD_MAGIC)],
    ['crashed', run('standard', 'debug', { ...BAD_MAGIC, message: 'my own assertion' })],
    ['hung', run('standard', 'mmap', { outcome: 'hung, ended after 5000 ms' })],
  ])('is %s', (verdict, { verdict: measured }) => {
    expect(measured).toBe(verdict);
  });
});

describe('the answers of allocator-matrix', () => {
  it('hold, differ or are refuted by how many runs are as claimed', () => {
    const cell = (seen: Partial<Seen>[]) =>
      answersOf({ runs: seen.map((each) => run('standard', 'mmap', each)), absent: {} })['standard-to-mmap'];
    expect(cell([SEGV, SEGV])?.verdict).toBe('holds');
    expect(cell([SEGV, {}])?.verdict).toBe('differs');
    expect(cell([{}, {}])).toMatchObject({ verdict: 'refuted', measured: ['2 of 2: exit 0, whole'] });
  });

  it('ask the bad magic for its words, and the double free for its place', () => {
    const answer = (from: MatrixWorld, to: MatrixWorld, seen: Partial<Seen>) =>
      answersOf({ runs: [run(from, to, seen)], absent: {} })[`${from}-to-${to}`]?.verdict;
    expect(answer('standard', 'debug', BAD_MAGIC)).toBe('holds');
    expect(answer('standard', 'debug', { ...BAD_MAGIC, message: 'free(): invalid pointer' })).toBe('refuted');
    const twice = { outcome: 'SIGABRT', message: 'double free or corruption (out)' };
    expect(answer('arena', 'standard', { ...twice, stage: 'resetting' })).toBe('holds');
    expect(answer('arena', 'standard', { ...twice, stage: 'releasing' })).toBe('refuted');
  });

  it('count silent corruption where blocks were torn, and not where nothing was lost', () => {
    const torn = { stage: 'torn 1' };
    const silent = (seen: Partial<Seen>[]) =>
      answersOf({ runs: seen.map((each) => run('standard', 'mmap', each)), absent: {} }).silent?.verdict;
    expect(silent([torn, torn, {}])).toBe('holds');
    expect(silent([torn, {}, {}])).toBe('refuted');
  });

  it('are refuted when a world is not clean with its own release', () => {
    const own = (seen: Partial<Seen>) =>
      answersOf({ runs: [run('debug', 'debug', seen)], absent: {} })['own-release']?.verdict;
    expect(own({})).toBe('holds');
    expect(own(BAD_MAGIC)).toBe('refuted');
  });
});

describe('the page of allocator-matrix', () => {
  it('counts the verdicts of a cell, the most frequent first', () => {
    const runs = [
      run('debug', 'debug'),
      run('mmap', 'debug', SEGV),
      run('mmap', 'debug'),
      run('mmap', 'debug'),
    ];
    const [table] = pageOf({ runs, absent: {} }).flatMap((block) => (block.kind === 'table' ? [block] : []));
    expect(table?.rows).toEqual([
      ['debug', 'clean', ''],
      ['mmap', 'latent 2, crashed 1', ''],
    ]);
  });
});
