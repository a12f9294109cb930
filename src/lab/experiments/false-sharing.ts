import { notMeasurable } from '../answer.ts';
import { capture } from '../capture.ts';
import { type Answer, type Claim, lacks, measured, type PageBlock, type Workbench } from '../experiment.ts';
import { figure } from '../figures.ts';
import { numberOf, type Sample, samplesOf, where } from '../samples.ts';
import { medianOf, spreadOf, spreadText } from '../statistics.ts';
import { METHOD, timedProgram } from '../timed.ts';

/** Bytes between the two counters. */
const DISTANCES = [8, 16, 32, 64, 128, 256];
const TOGETHER = 8;
const APART = 256;
/** A figure within this factor is the same: how two cores fight for a line differs by where they lie and who else runs. */
const SAME = 2;
/** Counters in one line that are less than this much slower do not disturb each other. */
const HARM = 1.5;
const NO_SECOND = 3;

const CLAIMS = [
  { id: 'apart', source: 'A', claimed: 359.7 },
  { id: 'together', source: 'A', claimed: 41.4 },
  { id: 'ratio', source: 'A', claimed: 8.67 },
  { id: 'l1-misses', source: 'A', claimed: '891 M against 12 M L1 misses, 74 times, by perf stat' },
] as const satisfies Claim[];

export interface Measurement {
  /** Or why there are none. */
  samples: Sample[] | string;
  /** L1 misses together and apart, or why there are none. */
  misses: [number, number] | string;
}

export const experiment = measured<Measurement>({
  id: 'false-sharing',
  title: 'Two threads, two counters, one cache line',
  needs: ['gcc'],
  uses: ['perf'],
  claims: CLAIMS,
  async measure(bench) {
    bench.progress('false-sharing');
    const program = await timedProgram(bench, 'false-sharing');
    const repetitions = bench.quick ? 15 : 61;
    const counted = await capture([program, ...[repetitions, 400_000, ...DISTANCES].map(String)]);
    if (counted.outcome.kind === 'exit' && counted.outcome.code === NO_SECOND) {
      const why = 'it takes two processors, and there is one';
      return { samples: why, misses: why };
    }
    return { samples: samplesOf(counted), misses: await countMisses(bench, program) };
  },
  answersOf,
  pageOf,
});

async function countMisses(bench: Workbench, program: string): Promise<[number, number] | string> {
  if (lacks(bench, 'perf')) return 'there is no perf';
  const counts: number[] = [];
  for (const distance of [TOGETHER, APART]) {
    const events = ['perf', 'stat', '-x,', '-e', 'L1-dcache-load-misses', '--'] as const;
    const count = missesIn((await capture([...events, program, '20', '400000', String(distance)])).stderr);
    if (typeof count === 'string') return count;
    counts.push(count);
  }
  return counts as [number, number];
}

/** The count in what `perf stat -x,` printed, or its own words when the machine cannot count. */
export function missesIn(text: string): number | string {
  const line = text.split('\n').find((each) => each.includes('L1-dcache-load-misses'));
  const count = /^(\d+),/.exec(line ?? '')?.[1];
  if (count !== undefined) return Number(count);
  return line === undefined ? 'perf stat counted nothing' : `perf stat says ${line.split(',')[0]}`;
}

/** What the measurement says to each claim. */
export function answersOf({ samples, misses }: Measurement): Record<(typeof CLAIMS)[number]['id'], Answer> {
  const l1: Answer =
    typeof misses === 'string'
      ? notMeasurable(`no hardware counters here: ${misses}`)
      : {
          measured: misses,
          verdict: verdictOf(misses[0] / misses[1], 74),
          why: 'L1-dcache-load-misses of both ways of counting, in one line and apart',
        };
  if (typeof samples === 'string') {
    const none = notMeasurable(samples);
    return { apart: none, together: none, ratio: none, 'l1-misses': l1 };
  }
  // who had to wait for a processor counts less apart, so the best is what the machine can do; in one line the
  // counts are highest when the two did not run at once, so the lower quarter is what they do to each other
  const ratesApart = ratesAt(samples, 'atomic', APART);
  const ratesTogether = ratesAt(samples, 'atomic', TOGETHER);
  const apart = Math.max(...ratesApart);
  const together = lowerQuarter(ratesTogether);
  const harm = medianOf(ratesApart) / medianOf(ratesTogether); // one measure for both: alike where they are alike
  const spread = (rates: number[]) => `of ${spreadText(spreadOf(rates))}`;
  const answer = (value: number, claimed: number, why: string, of?: number[]): Answer => ({
    measured: of ? [Number(figure(value)), spread(of)] : Number(figure(value)),
    verdict: verdictOf(value, claimed),
    why: `${why}; within a factor of ${SAME} counts as the same`,
  });
  return {
    apart: answer(
      apart,
      CLAIMS[0].claimed,
      `millions of atomic additions a second, both threads, ${APART} bytes apart, the best of all`,
      ratesApart,
    ),
    together: answer(
      together,
      CLAIMS[1].claimed,
      `the same with the counters ${TOGETHER} bytes apart, the lower quarter`,
      ratesTogether,
    ),
    ratio:
      harm < HARM
        ? {
            measured: Number(figure(harm)),
            verdict: 'refuted',
            why: 'one line does no harm here: the middle of all times is hardly better apart',
          }
        : answer(apart / together, CLAIMS[2].claimed, 'how much faster apart'),
    'l1-misses': l1,
  };
}

function verdictOf(value: number, claimed: number): 'holds' | 'differs' {
  return value / claimed < SAME && claimed / value < SAME ? 'holds' : 'differs';
}

function lowerQuarter(rates: readonly number[]): number {
  return [...rates].sort((a, b) => a - b)[rates.length >> 2] ?? Number.NaN;
}

function ratesAt(samples: readonly Sample[], way: string, distance: number): number[] {
  return where(samples, { way, distance }).map((sample) => numberOf(sample, 'millionsPerSecond'));
}

/** The page that a person reads. */
export function pageOf({ samples }: Measurement): PageBlock[] {
  if (typeof samples === 'string') return [{ kind: 'text', text: samples }];
  const disturbed = samples.filter((sample) => sample.disturbed === 1).length;
  return [
    {
      kind: 'text',
      text: `Millions of additions a second, both threads together. ${METHOD} Real time (CLOCK_MONOTONIC_RAW); in ${disturbed} of ${samples.length} samples a thread had to wait for its processor.`,
    },
    {
      kind: 'table',
      header: ['bytes apart', 'atomic', 'plain'],
      rows: DISTANCES.map((distance) => [
        String(distance),
        ...['atomic', 'plain'].map((way) => spreadText(spreadOf(ratesAt(samples, way, distance)))),
      ]),
    },
  ];
}
