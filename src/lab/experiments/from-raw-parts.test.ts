import { describe, expect, it } from 'vitest';
import type { Run } from '../../model/index.ts';
import { answersOf, type Measurement, overwritten, type Turn } from './from-raw-parts.ts';

function turn(allocator: Turn['allocator'], act: Turn['act'], codes: string[], stdout = ''): Turn {
  const verdict = codes.length > 0 ? 'latent' : 'clean';
  const findings = codes.map((code) => ({ code }));
  const run = { outcome: { kind: 'exit', code: 0 }, verdict, findings } as unknown as Run;
  return { allocator, act, observed: { run, stdout, stderr: '' } };
}

function measurement(torn = 3): Measurement {
  return {
    turns: (['glibc', 'jemalloc'] as const).flatMap((allocator) => [
      turn(allocator, 'records fault', ['CF004']),
      turn(allocator, 'records healthy', []),
      turn(allocator, 'boxes fault', ['CF004'], `overwritten ${allocator === 'jemalloc' ? torn : 0}\n`),
      turn(allocator, 'boxes healthy', [], 'overwritten 0\n'),
    ]),
  };
}

const verdict = (measured: Measurement, id: keyof ReturnType<typeof answersOf>) =>
  answersOf(measured)[id].verdict;

describe('the answers of from-raw-parts', () => {
  it('tell overwritten neighbours from whole ones', () => {
    expect(verdict(measurement(), 'neighbours')).toBe('holds');
    expect(verdict(measurement(0), 'neighbours')).toBe('refuted');
    expect(overwritten(turn('glibc', 'boxes fault', [], 'nothing'))).toBeUndefined();
  });

  it('refute the crash on jemalloc where it goes on, and hold it where it dies', () => {
    const dies = measurement();
    for (const { allocator, observed } of dies.turns)
      if (allocator === 'jemalloc') observed.run.outcome = { kind: 'signal', signal: 'SIGSEGV' };
    expect(verdict(measurement(), 'jemalloc')).toBe('refuted');
    expect(verdict(dies, 'jemalloc')).toBe('holds');
  });

  it("want both of Valgrind's errors", () => {
    const errors = ['InvalidRead', 'InvalidWrite'].map((kind) => ({
      kind,
      what: '',
      stack: [{ function: 'core::ptr::drop_in_place<T>' }],
    }));
    const saw = (count: number) => {
      const measured = measurement();
      const [records] = measured.turns;
      const outcome = { kind: 'exit' as const, code: 0 };
      if (records) records.valgrind = { outcome, complete: true, errors: errors.slice(0, count) } as never;
      return verdict(measured, 'valgrind');
    };
    expect([saw(0), saw(1), saw(2)]).toEqual(['refuted', 'refuted', 'holds']);
    expect(verdict(measurement(), 'valgrind')).toBe('not-measurable');
  });
});
