import { describe, expect, it } from 'vitest';
import type { Run } from '../../model/index.ts';
import { answersOf, type Turn } from './strerror.ts';

function turn(helper: Turn['helper'], error: Turn['error'], codes: string[], last: string): Turn {
  const verdict = codes.length > 0 ? 'caught' : 'clean';
  const findings = codes.map((code) => ({ code }));
  const run = { outcome: { kind: 'exit', code: 0 }, verdict, findings } as unknown as Run;
  return { helper, error, observed: { run, stdout: `SQLite: open\n${last}\n`, stderr: '' } };
}

const HEALTHY = turn('copies', 'known', [], 'SQLite is done');
const CONSTANT = turn('owns', 'known', ['CF003'], 'the helper releases its message');
const verdicts = (turns: Turn[]) =>
  Object.entries(answersOf(turns)).map(([id, { verdict }]) => `${id} ${verdict}`);

describe('the answers of strerror', () => {
  it('hold when the statement pays at its end', () => {
    const innocent = turn('owns', 'unknown', ['CF002'], 'SQLite: finalize');
    expect(verdicts([CONSTANT, innocent, HEALTHY])).toEqual([
      'innocent holds',
      'slice not-measurable',
      'constant holds',
      'twins holds',
    ]);
  });

  it.each([
    ['Rust: grow', 'SIGABRT', 'slice holds'],
    ['Rust: start', 'SIGABRT', 'slice refuted'],
    ['Rust: grow', undefined, 'slice refuted'],
  ])('say of a vector that comes to `%s` and ends by %s: %s', (last, signal, expected) => {
    const slice: Turn = { ...turn('owns', 'unknown', ['CF002'], last), victim: 'Rust' };
    if (signal) slice.observed.run.outcome = { kind: 'signal', signal };
    expect(verdicts([CONSTANT, slice, HEALTHY])).toContain(expected);
  });

  it.each([
    ['elsewhere', 'SQLite: prepare', ['CF002']],
    ['nowhere', 'SQLite is done', []],
  ])('are refuted when it shows %s', (_, last, codes) => {
    expect(verdicts([CONSTANT, turn('owns', 'unknown', codes, last), HEALTHY])[0]).toBe('innocent refuted');
  });

  it('are refuted when a twin is not clean', () => {
    expect(verdicts([CONSTANT, turn('copies', 'known', ['CF002'], '')]).at(-1)).toBe('twins refuted');
  });
});
