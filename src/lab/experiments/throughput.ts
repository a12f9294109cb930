import { notMeasurable } from '../answer.ts';
import { bareAllocators, runOn } from '../bare-allocators.ts';
import { type Answer, type Claim, measured, type PageBlock } from '../experiment.ts';
import { figure } from '../figures.ts';
import { numberOf, type Sample, samplesOf, where } from '../samples.ts';
import { spreadOf, spreadText } from '../statistics.ts';
import { METHOD, timedProgram } from '../timed.ts';

const SIZES = [16, 64, 256, 1024, 4096];
/** Only what lies this near is the same figure: a wider band is met by chance, now and then. */
const SAME = 1.05;
/** A release that is not at least so much faster than the allocation is not faster. */
const FASTER = 1.3;

/** Millions of allocations and of releases a second, by size. */
const CLAIMS = [
  { id: '16-bytes', source: 'A', claimed: [17.1, 32.3] },
  { id: '64-bytes', source: 'A', claimed: [12.8, 31.9] },
  { id: '256-bytes', source: 'A', claimed: [5.6, 9.3] },
  { id: '1024-bytes', source: 'A', claimed: [2.0, 5.3] },
  { id: '4096-bytes', source: 'A', claimed: [0.5, 2.3] },
  { id: 'free-is-faster', source: 'A', claimed: 'free is 2 to 6 times faster' },
] as const satisfies Claim[];

export interface Measurement {
  allocators: { name: string; samples: Sample[]; failed: string[] }[];
}

export const experiment = measured<Measurement>({
  id: 'throughput',
  title: 'How many blocks a second an allocator hands out and takes back',
  needs: ['gcc'],
  uses: [],
  claims: CLAIMS,
  async measure(bench) {
    const program = await timedProgram(bench, 'throughput');
    const allocators: Measurement['allocators'] = [];
    for (const allocator of bareAllocators()) {
      // a page or more a block from the lab's own: a tenth tells as much
      const count = allocator.own ? 10_000 : 100_000;
      const entry = { name: allocator.name, samples: [] as Sample[], failed: [] as string[] };
      for (const way of ['single', 'threads', 'handoff']) {
        bench.progress(`throughput ${allocator.name} ${way}`);
        const repetitions = bench.quick && way !== 'single' ? 3 : bench.quick ? 5 : 11;
        const sizes = way === 'single' ? SIZES : [64];
        const command = [program, way, repetitions, count, 1000, ...sizes].map(String);
        const { directory } = bench;
        try {
          entry.samples.push(...samplesOf(await runOn(allocator, command as [string], { directory })));
        } catch (error) {
          entry.failed.push(`${way}: ${(error as Error).message}`);
        }
      }
      allocators.push(entry);
    }
    return { allocators };
  },
  answersOf,
  pageOf,
});

/** What the measurement says to each claim. */
export function answersOf({ allocators }: Measurement): Record<(typeof CLAIMS)[number]['id'], Answer> {
  const glibc = allocators.find(({ name }) => name === 'glibc')?.samples ?? [];
  const at = (size: number) => where(glibc, { way: 'single', size });
  const spreads = (size: number) =>
    (['allocateNs', 'releaseNs'] as const).map((name) =>
      spreadOf(at(size).map((sample) => 1e3 / numberOf(sample, name))),
    );
  // what else runs can only take time
  const rates = (size: number) => spreads(size).map(({ high }) => high);
  const rateAnswer = (size: number, claimed: readonly number[]): Answer => {
    const now = rates(size);
    if (now.some(Number.isNaN)) return notMeasurable('the timed program did not run on glibc');
    const same = now.every((rate, index) => {
      const factor = rate / (claimed[index] ?? Number.NaN);
      return factor < SAME && factor > 1 / SAME;
    });
    return {
      measured: [
        ...now.map((rate) => Number(figure(rate))),
        `of ${spreads(size).map(spreadText).join(', ')}`,
      ],
      verdict: same ? 'holds' : 'differs',
      why: `millions a second on glibc, the best of ${at(size).length} rounds; within a factor of ${SAME} counts as the same, and another processor is another size`,
    };
  };
  const ratios = SIZES.map((size) => {
    const [allocate = Number.NaN, release = Number.NaN] = rates(size);
    return release / allocate;
  });
  return {
    '16-bytes': rateAnswer(16, CLAIMS[0].claimed),
    '64-bytes': rateAnswer(64, CLAIMS[1].claimed),
    '256-bytes': rateAnswer(256, CLAIMS[2].claimed),
    '1024-bytes': rateAnswer(1024, CLAIMS[3].claimed),
    '4096-bytes': rateAnswer(4096, CLAIMS[4].claimed),
    'free-is-faster': ratios.some(Number.isNaN)
      ? notMeasurable('the timed program did not run on glibc')
      : {
          measured: ratios.map((ratio, index) => `${SIZES[index]} bytes: ${figure(ratio)} times`),
          verdict: ratios.some((ratio) => ratio < FASTER)
            ? 'refuted'
            : ratios.every((ratio) => ratio >= 2 && ratio <= 6)
              ? 'holds'
              : 'differs',
          why: "the article's own table gives 1.9 times at 16 and 1.7 times at 256 bytes; where memory is touched for the first time the kernel's work makes the allocation slow, not the allocator's, and without it both cost the same",
        },
  };
}

/** The page that a person reads. */
export function pageOf({ allocators }: Measurement): PageBlock[] {
  const cell = (samples: Sample[], name: string) =>
    samples.length === 0 ? '-' : spreadText(spreadOf(samples.map((sample) => 1e3 / numberOf(sample, name))));
  const ways = (way: string) =>
    allocators.map(({ name, samples }) => {
      const found = where(samples, { way, size: 64 });
      return [name, cell(found, 'allocateNs'), cell(found, 'releaseNs')];
    });
  const failures = allocators.flatMap(({ name, failed }) => failed.map((words) => `${name}, ${words}.`));
  return [
    {
      kind: 'text',
      text: `Millions of blocks a second: 100,000 blocks (10,000 on the lab's own allocators), then all of them back, after 1,000 to warm up. ${METHOD} The clock is the time of the thread (CLOCK_THREAD_CPUTIME_ID).`,
    },
    ...allocators.map(
      ({ name, samples }): PageBlock => ({
        kind: 'table',
        header: [name, 'allocated', 'released'],
        rows: SIZES.map((size) => {
          const found = where(samples, { way: 'single', size });
          return [`${size} B`, cell(found, 'allocateNs'), cell(found, 'releaseNs')];
        }),
      }),
    ),
    {
      kind: 'text',
      text: 'Two threads at once, 64 bytes, each for itself (millions a second in each thread, real time, CLOCK_MONOTONIC_RAW):',
    },
    { kind: 'table', header: ['allocator', 'allocated', 'released'], rows: ways('threads') },
    { kind: 'text', text: 'One thread allocates, the other releases (64 bytes, real time):' },
    {
      kind: 'table',
      header: ['allocator', 'blocks handed on'],
      rows: ways('handoff').map((row) => row.slice(0, 2)),
    },
    ...failures.map((text): PageBlock => ({ kind: 'text', text })),
  ];
}
