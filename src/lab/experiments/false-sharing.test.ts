import { describe, expect, it } from 'vitest';
import { answersOf, type Measurement, missesIn, pageOf } from './false-sharing.ts';

function measurement(
  together: number[],
  apart: number[],
  misses: Measurement['misses'] = [891e6, 12e6],
): Measurement {
  const of = (distance: number, rates: number[]) =>
    rates.map((millionsPerSecond) => ({ way: 'atomic', distance, millionsPerSecond, disturbed: 0 }));
  return { samples: [...of(8, together), ...of(256, apart)], misses };
}

const verdicts = (of: Measurement) => Object.values(answersOf(of)).map(({ verdict }) => verdict);

describe('the answers of false-sharing', () => {
  it('hold on the machine of the article', () => {
    expect(verdicts(measurement([40, 41.4, 120, 300], [359.7, 90]))).toEqual(Array(4).fill('holds'));
  });

  it('differ where one line does less harm, and are refuted where it does none', () => {
    expect(verdicts(measurement([140], [380]))).toEqual(['holds', 'differs', 'differs', 'holds']);
    expect(verdicts(measurement([390], [400]))[2]).toBe('refuted');
  });

  it('say what the machine cannot count, and that it takes two processors', () => {
    expect(verdicts(measurement([130], [400], 'perf stat says <not supported>'))[3]).toBe('not-measurable');
    expect(verdicts({ samples: 'one processor', misses: 'one processor' })).toEqual(
      Array(4).fill('not-measurable'),
    );
  });
});

it('reads what perf stat counted', () => {
  expect(missesIn('891000000,,L1-dcache-load-misses:u,100,100.00,,\n')).toBe(891000000);
  expect(missesIn('<not supported>,,L1-dcache-load-misses,0,100.00,,\n')).toBe(
    'perf stat says <not supported>',
  );
  expect(missesIn('perf: no')).toBe('perf stat counted nothing');
});

it('shows the spread of every distance', () => {
  expect(JSON.stringify(pageOf(measurement([40, 50, 60], [400])))).toContain('50 (40…60)');
});
