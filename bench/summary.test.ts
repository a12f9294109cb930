import { expect, test } from 'vitest';
import type { Usage } from './measure.ts';
import type { Series } from './rounds.ts';
import { seededRandom } from './statistics.ts';
import { summarise, target } from './summary.ts';
import { renderMarkdown } from './table.ts';

const usage = (cpu: number, megabytes = 10): Usage => ({ cpu, wall: cpu, peak: megabytes * 2 ** 20 });

/** Nine rounds in which crossfree takes `ratio` times as long, give or take `spread`. */
function series(ratio: number, spread = 0, failures: Series['failures'] = {}): Series {
  const rounds = Array.from({ length: 9 }, (_, round) => ({
    bare: usage(1),
    again: usage(1),
    crossfree: usage(ratio + ((round - 4) / 4) * spread, 12),
  }));
  return { rounds, failures };
}

const summaryOf = (measured: Record<string, Series>) =>
  summarise(
    new Map(Object.entries(measured)),
    ['bare', 'again', 'crossfree'],
    { wall: {}, cpu: {} },
    seededRandom(1),
  );

test('a target is met or missed by the whole interval, else undecided', () => {
  const figure = (low: number, high: number) => ({ value: (low + high) / 2, low, high, pairs: 15 });
  expect(target('', 1.15, figure(1.1, 1.14)).verdict).toBe('met');
  expect(target('', 1.15, figure(1.16, 1.2)).verdict).toBe('missed');
  expect(target('', 1.15, figure(1.1, 1.2)).verdict).toBe('undecided');
  expect(target('', 1.15, { ...figure(1, 1), pairs: 3 }).verdict).toBe('undecided');
  expect(target('', 1.15).verdict).toBe('not measured');
});

test('the worst workload is the one that surely breaks the limit, however wide another one is', () => {
  const { targets } = summaryOf({ calm: series(1.2), wild: series(1.1, 0.4), good: series(1) });
  expect(targets[1]).toMatchObject({ workload: 'calm', verdict: 'missed' });
});

test('means, memory and startup', () => {
  const { mean, rows, targets } = summaryOf({ dense: series(1.21), other: series(1) });
  expect(mean.cpu.crossfree?.value).toBeCloseTo(1.1, 12);
  expect(mean.cpu.again?.value).toBe(1);
  expect(rows[0]?.bare).toEqual({ cpu: 1, peak: 10 * 2 ** 20 });
  expect(targets.map(({ verdict }) => verdict)).toEqual(['missed', 'missed', 'met', 'met', 'not measured']);
});

test('where a variant fails it has no figure, and the table says so', () => {
  const summary = summaryOf({ fails: series(5, 0, { crossfree: 'signal 11' }), works: series(1.02) });
  expect(summary.rows[0]?.cpu.crossfree).toBeUndefined();
  expect(summary.mean.cpu.crossfree?.value).toBeCloseTo(1.02, 12);
  expect(summary.targets[0]).toMatchObject({ workload: 'fails fails', verdict: 'missed' });
  const table = renderMarkdown(summary, [], {
    machine: 'a machine',
    pairs: 9,
    slowPairs: 1,
    workloads: [],
    columns: [{ id: 'crossfree', title: 'crossfree', about: '' }],
    starters: [],
    missing: ['heaptrack: not installed'],
  });
  expect(table).toMatch(/\| fails .*\(signal 11\)/);
  expect(table).toContain('heaptrack: not installed');
});
