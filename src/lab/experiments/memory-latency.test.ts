import { describe, expect, it } from 'vitest';
import { numberOf, type Sample } from '../samples.ts';
import { answersOf, lineOf, type Measurement, pageOf } from './memory-latency.ts';

const MIB = 2 ** 20;
const sample = (kind: string, pages: string, at: number, loadNs: number): Sample => ({
  kind,
  pages,
  at,
  loadNs,
  cycleNs: 0.5,
  hugeBytes: pages === 'huge' ? 2 * MIB : 0,
});

/** A machine on which everything is as claimed; a load of n cycles takes n/2 ns. */
function measurement(change: { memory?: number; huge?: number; line?: number } = {}): Measurement {
  const { memory = 200, huge = 20, line = 64 } = change;
  return {
    caches: { l1: 48 * 1024, l2: MIB, l3: 32 * MIB, line: 64 },
    samples: [
      sample('size', 'huge', 24 * 1024, 2),
      sample('size', 'huge', 24 * 1024, 90),
      sample('size', 'huge', 24 * 1024, 2.1),
      sample('size', 'huge', MIB / 2, 7),
      sample('size', 'huge', 2 * MIB, 25),
      sample('size', 'huge', 128 * MIB, memory / 2),
      sample('pages', 'small', 16_384, 60),
      sample('pages', 'huge', 16_384, huge / 2),
      ...[8, 16, 32, 64, 128, 256].map((at) => sample('line', 'small', at, at < line ? 2 : 7)),
    ],
  };
}

const verdicts = (of: Measurement) =>
  Object.entries(answersOf(of)).flatMap(([id, { verdict }]) =>
    verdict === 'holds' ? [] : [`${id} ${verdict}`],
  );

describe('the answers of memory-latency', () => {
  it('hold on the machine of the article, one disturbed sample or not', () => {
    expect(verdicts(measurement())).toEqual([]);
  });

  it('differ where the size is another, and are refuted where a level costs nothing of its own', () => {
    expect(verdicts(measurement({ memory: 3100 }))).toEqual(['memory differs']);
    expect(verdicts(measurement({ memory: 6000 }))).toEqual(['memory differs']);
    expect(verdicts(measurement({ memory: 3 }))).toEqual(['memory refuted']);
    expect(verdicts(measurement({ huge: 115 }))).toEqual(['tlb-miss differs']);
    expect(verdicts(measurement({ huge: 121 }))).toEqual(['tlb-miss refuted']);
  });

  it('are the same when another program takes its time in most of the repetitions', () => {
    const busy = measurement();
    busy.samples = busy.samples.flatMap((each) => [
      each,
      ...[3, 8, 20].map((times) => ({ ...each, loadNs: numberOf(each, 'loadNs') * times })),
    ]);
    expect(verdicts(busy)).toEqual([]);
  });

  it('refute the line where another distance is the first that costs more', () => {
    expect(verdicts(measurement({ line: 128 }))).toEqual(['line refuted']);
    expect(lineOf(measurement({ line: 32 }).samples)).toBe(32);
    expect(lineOf(measurement({ line: 512 }).samples)).toBeUndefined();
  });

  it('turn with a wrong length of the cycle: the decoder of the clock counts', () => {
    const twice = measurement();
    twice.samples = twice.samples.map((each) => ({ ...each, cycleNs: 0.25 }));
    expect(verdicts(twice)).toContain('l1 differs');
  });

  it('say what the kernel does not tell or give', () => {
    expect(verdicts({ ...measurement(), caches: {} })).toEqual(
      expect.arrayContaining(['l1 not-measurable', 'l2 not-measurable', 'l3 not-measurable']),
    );
    const none = measurement();
    none.samples = none.samples.map((each) => ({ ...each, hugeBytes: 0 }));
    expect(verdicts(none)).toEqual(['tlb-miss not-measurable']);
  });
});

it('plots both kinds of pages', () => {
  const [plot] = pageOf(measurement()).flatMap((block) => (block.kind === 'plot' ? [block] : []));
  expect(plot?.series.map(({ name }) => name)).toEqual(['small pages', 'huge pages']);
  expect(plot?.series[1]?.points).toHaveLength(4);
});
