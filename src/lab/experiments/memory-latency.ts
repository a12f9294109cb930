import { notMeasurable } from '../answer.ts';
import { type Caches, readCaches } from '../caches.ts';
import { capture } from '../capture.ts';
import { type Answer, type Claim, measured, type PageBlock, type PlotPoint } from '../experiment.ts';
import { bytes, figure } from '../figures.ts';
import { numberOf, type Sample, samplesOf, where } from '../samples.ts';
import { spreadOf, spreadText } from '../statistics.ts';
import { METHOD, timedProgram } from '../timed.ts';

const KIB = 1024;
const MIB = KIB * KIB;
/** One line in each of so many pages: more than the table of any processor holds. */
const PAGES = 16_384;
/** So far beside a claimed range a figure still lies in it: it is another processor's. */
const TOLERANCE = 1.5;
/** So far where the level is shared with whatever else runs on this machine, or on the host of a virtual one. */
const SHARED_TOLERANCE = 10;
/** The levels are looked at so often, each time a while later: what else runs does not disturb all of them. */
const ROUNDS = 5;
/** The second load of a pair costs a line of its own when it costs so many cycles more. */
const OWN_LINE = 3;

const CLAIMS = [
  { id: 'l1', source: 'A', claimed: '4 to 5 cycles' },
  { id: 'l2', source: 'A', claimed: '12 to 15 cycles' },
  { id: 'l3', source: 'A', claimed: '40 to 60 cycles' },
  { id: 'memory', source: 'A', claimed: '100 to 300 cycles' },
  { id: 'line', source: 'A', claimed: 64 },
  { id: 'tlb-miss', source: 'A', claimed: 'about 100 cycles' },
] as const satisfies Claim[];

export interface Measurement {
  caches: Caches;
  samples: Sample[];
}

export const experiment = measured<Measurement>({
  id: 'memory-latency',
  title: 'What a load costs, from the first cache to memory',
  needs: ['gcc'],
  uses: [],
  claims: CLAIMS,
  async measure(bench) {
    const program = await timedProgram(bench, 'latency');
    const caches = readCaches();
    const repetitions = String(bench.quick ? 5 : 15);
    const samples: Sample[] = [];
    const add = async (...args: [string, ...string[]]) => {
      const [kind, ...rest] = args;
      bench.progress(`memory-latency ${kind}`);
      samples.push(...samplesOf(await capture([program, kind, repetitions, ...rest])));
    };
    const { memory: _, ...levels } = standing(caches);
    const near = Object.values(levels).filter((size) => size !== undefined);
    await add('sizes', ...sizesFor(caches, bench.quick).map(String));
    for (let round = 0; round < ROUNDS; round++) {
      await add('line');
      await add('pages', String(PAGES));
      if (round > 0 && near.length > 0) await add('sizes', ...near.map(String));
    }
    return { caches, samples };
  },
  answersOf,
  pageOf,
});

/** The sets that stand for each level: well inside it, well outside of the one before. */
function standing({ l1, l2, l3 }: Caches) {
  return {
    l1: l1 && l1 / 2,
    l2: l1 && l2 && (l2 > 3 * l1 ? l2 / 2 : undefined),
    l3: l2 && l3 && (l3 > 3 * l2 ? 2 * l2 : undefined),
    memory: Math.min(Math.max(4 * (l3 ?? l2 ?? 16 * MIB), 64 * MIB), 512 * MIB),
  };
}

function sizesFor(caches: Caches, quick: boolean): number[] {
  const { memory, ...levels } = standing(caches);
  const curve: number[] = [];
  for (let size = 4 * KIB; size < memory; size *= quick ? 4 : 2) curve.push(size);
  const wanted = [...curve, memory, ...Object.values(levels).filter((size) => size !== undefined)];
  return [...new Set(wanted)].sort((a, b) => a - b);
}

function cyclesAt(samples: readonly Sample[], fields: Sample): number[] {
  return where(samples, fields).map((sample) => numberOf(sample, 'loadNs') / numberOf(sample, 'cycleNs'));
}

/** What the measurement says to each claim. */
export function answersOf({ caches, samples }: Measurement): Record<(typeof CLAIMS)[number]['id'], Answer> {
  const places = standing(caches);
  const least = (fields: Sample) => leastCycles(samples, fields);
  const isOwn = (name: keyof typeof places) => name === 'l1' || name === 'l2';
  const at = (name: keyof typeof places) => least({ kind: 'size', pages: 'huge', at: places[name] ?? 0 });
  const level = (name: keyof typeof places, low: number, high: number, before?: typeof name): Answer => {
    const tolerance = isOwn(name) ? TOLERANCE : SHARED_TOLERANCE;
    const size = places[name];
    if (size === undefined)
      return notMeasurable(`the kernel does not tell of a cache ${name} that stands apart`);
    const cycles = at(name);
    if (!Number.isFinite(cycles)) return notMeasurable(`nothing was measured at ${bytes(size)}`);
    const fields = { kind: 'size', pages: 'huge', at: size };
    return {
      measured: [Number(figure(cycles)), `of ${spreadText(spreadOf(cyclesAt(samples, fields)))}`],
      // a level that is no slower than the one before is none
      verdict: before && cycles <= at(before) ? 'refuted' : rangeVerdict(cycles, low, high, tolerance),
      why: `cycles a load within ${bytes(size)} on huge pages: the least, since what else runs can only add; within a factor of ${tolerance} of the range counts as in it`,
    };
  };
  const small = least({ kind: 'pages', pages: 'small', at: PAGES });
  const huge = least({ kind: 'pages', pages: 'huge', at: PAGES });
  const noHuge = !where(samples, { kind: 'pages', pages: 'huge' }).some(
    (sample) => numberOf(sample, 'hugeBytes') > 0,
  );
  const line = lineOf(samples);
  return {
    l1: level('l1', 4, 5),
    l2: level('l2', 12, 15, 'l1'),
    l3: level('l3', 40, 60, 'l2'),
    memory: level('memory', 100, 300, 'l1'),
    line:
      line === undefined
        ? notMeasurable('no distance made the second load of a pair dearer')
        : {
            measured: line,
            verdict: line === 64 ? 'holds' : 'refuted',
            why: `the least distance at which the second load of a pair costs a line of its own; the kernel says ${caches.line ?? 'nothing'}`,
          },
    'tlb-miss': noHuge
      ? notMeasurable('the kernel gave no huge pages to compare with')
      : {
          measured: Number(figure(small - huge)),
          verdict: small <= huge ? 'refuted' : rangeVerdict(small - huge, 90, 110, SHARED_TOLERANCE),
          why: `cycles that a load of one line in each of ${PAGES} pages costs more on 4 KiB pages than on huge ones, the least of each; the tables themselves lie in caches that are shared; within a factor of ${SHARED_TOLERANCE} counts as so much`,
        },
  };
}

function rangeVerdict(value: number, low: number, high: number, tolerance = TOLERANCE): Answer['verdict'] {
  return value >= low / tolerance && value <= high * tolerance ? 'holds' : 'differs';
}

/** The fastest of the loads, in cycles as short as the shortest that was timed. */
function leastCycles(samples: readonly Sample[], fields: Sample): number {
  const least = (of: readonly Sample[], name: string) =>
    spreadOf(of.map((sample) => numberOf(sample, name))).low;
  return least(where(samples, fields), 'loadNs') / least(samples, 'cycleNs');
}

/** The size of a line as the pairs of loads show it. */
export function lineOf(samples: readonly Sample[]): number | undefined {
  const pairs = where(samples, { kind: 'line' });
  const distances = [...new Set(pairs.map((sample) => numberOf(sample, 'at')))].sort((a, b) => a - b);
  const cycles = (at: number) => leastCycles(pairs, { at });
  const [nearest] = distances;
  return distances.find((at) => nearest !== undefined && cycles(at) > cycles(nearest) + OWN_LINE);
}

/** The page that a person reads. */
export function pageOf({ caches, samples }: Measurement): PageBlock[] {
  const sizes = [...new Set(where(samples, { kind: 'size' }).map((sample) => numberOf(sample, 'at')))];
  const point = (pages: string, at: number): PlotPoint => {
    const { median, low, high } = spreadOf(cyclesAt(samples, { kind: 'size', pages, at }));
    return { x: at / KIB, y: median, low, high };
  };
  const row = (what: string, fields: Sample) => [what, spreadText(spreadOf(cyclesAt(samples, fields)))];
  const known = Object.entries(caches).map(([name, size]) => `${name} ${bytes(size)}`);
  return [
    {
      kind: 'text',
      text: `Loads of which each needs the one before, in a random order. ${METHOD} The clock is the time of the thread; a cycle is a third of a dependent multiplication, timed beside each sample. The kernel tells: ${known.join(', ') || 'nothing of caches'}.`,
    },
    {
      kind: 'plot',
      title: 'Latency over growing sets',
      x: { label: 'set in KiB', scale: 'log2' },
      y: { label: 'cycles a load', scale: 'log2' },
      series: ['small', 'huge'].map((pages) => ({
        name: `${pages} pages`,
        points: sizes.map((at) => point(pages, at)),
      })),
    },
    {
      kind: 'table',
      header: ['what', 'cycles a load'],
      rows: [
        row(`a line in each of ${PAGES} pages of 4 KiB`, { kind: 'pages', pages: 'small' }),
        row('the same on huge pages', { kind: 'pages', pages: 'huge' }),
        ...[8, 16, 32, 64, 128, 256].map((at) => row(`pairs, ${at} bytes apart`, { kind: 'line', at })),
      ],
    },
  ];
}
