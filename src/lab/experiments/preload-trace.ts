import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Trace, TracedProcess } from '../../model/trace.ts';
import { traceProgram } from '../../trace.ts';
import { check, compare } from '../answer.ts';
import { capture } from '../capture.ts';
import { compile } from '../compile.ts';
import { type Answer, type Claim, measured, type PageBlock } from '../experiment.ts';

const CLAIMS = [
  { id: 'every-call', source: 'A', claimed: 'every malloc and free of the program is seen, with its size' },
  { id: 'unmodified', source: 'A', claimed: 'the program is not changed' },
  { id: 'totals-by-site', source: 'crossfree', claimed: true },
] as const satisfies Claim[];

/** What the program counted itself, in the order in which it prints. */
type Counted = [allocations: number, bytes: number, releases: number, live: number, peak: number];

export interface Measurement {
  bare: { stdout: string; status: string };
  traced: { stdout: string; status: string };
  trace: Trace;
}

export const experiment = measured<Measurement>({
  id: 'preload-trace',
  title: 'Every malloc and free of an unmodified program, as a timeline',
  needs: ['gcc'],
  uses: [],
  claims: CLAIMS,
  async measure(bench) {
    const source = join(bench.specimens, 'timeline.c');
    const program = await compile(
      ['gcc', '-O1', '-g', '-fno-inline'],
      source,
      join(bench.directory, 'timeline'),
    );
    bench.progress('timeline bare');
    const { outcome, stdout } = await capture([program], { cwd: bench.directory });
    bench.progress('timeline traced');
    const directory = await mkdtemp(join(bench.directory, 'trace-'));
    const output = openSync(join(bench.directory, 'stdout'), 'w');
    try {
      const trace = await traceProgram({
        command: [program],
        cwd: bench.directory,
        env: process.env,
        directory,
        maxSize: 2 ** 30,
        standard: ['ignore', output, 'ignore'],
      });
      const printed = await readFile(join(bench.directory, 'stdout'), 'utf8');
      return {
        bare: { stdout, status: JSON.stringify(outcome) },
        traced: { stdout: printed, status: JSON.stringify(trace.outcome) },
        trace,
      };
    } finally {
      closeSync(output);
    }
  },
  answersOf,
  pageOf,
});

/** What the trace says of the blocks that the program took in `take`. */
function seenOf(process: TracedProcess | undefined): Counted {
  const sites = process?.sites.filter(({ stack }) => stack[0]?.function === 'take') ?? [];
  const sum = (figure: (site: (typeof sites)[number]) => number) =>
    sites.reduce((all, site) => all + figure(site), 0);
  const allocations = sum((site) => site.allocations);
  const live = sum((site) => site.live);
  return [
    allocations,
    sum((site) => site.bytes),
    allocations - live,
    sum((site) => site.liveBytes),
    sum((site) => site.peakBytes),
  ];
}

/** What the measurement says to each claim. */
export function answersOf({
  bare,
  traced,
  trace,
}: Measurement): Record<(typeof CLAIMS)[number]['id'], Answer> {
  const counted = bare.stdout.trim().split(' ').map(Number);
  const seen = seenOf(trace.processes[0]);
  const totals = trace.processes[0]?.totals;
  const sites = trace.processes[0]?.sites ?? [];
  const sums = [
    sites.reduce((all, site) => all + site.allocations, 0),
    sites.reduce((all, site) => all + site.bytes, 0),
    sites.reduce((all, site) => all + site.peakBytes, 0),
  ];
  return {
    'every-call': check(
      counted.length === seen.length && counted.every((figure, index) => figure === seen[index]),
      seen,
      `allocations, bytes, releases, bytes still live, peak; the program itself counted ${counted.join(', ')}`,
    ),
    unmodified: check(
      bare.stdout === traced.stdout && bare.status === traced.status,
      bare.stdout === traced.stdout && bare.status === traced.status ? 'same output, same end' : 'it differs',
      'a preloaded library stands between the program and malloc; nothing was rebuilt',
    ),
    'totals-by-site': compare(
      totals !== undefined &&
        [totals.allocations, totals.bytes, totals.peakBytes].every((figure, index) => figure === sums[index]),
      true,
      'the sites of the trace add up to its totals and to its peak',
    ),
  };
}

/** The page that a person reads. */
export function pageOf({ trace }: Measurement): PageBlock[] {
  const [process] = trace.processes;
  if (!process) return [{ kind: 'text', text: 'Nothing was recorded.' }];
  const { everyMs, liveBytes } = process.timeline;
  return [
    { kind: 'text', text: 'A program whose heap rises, churns and falls, and the trace of it.' },
    {
      kind: 'plot',
      title: 'Live bytes over time',
      x: { label: 'time (ms)', scale: 'linear' },
      y: { label: 'live bytes, most within each step', scale: 'linear' },
      series: [{ name: 'live', points: liveBytes.map((y, step) => ({ x: step * everyMs, y })) }],
    },
    {
      kind: 'table',
      header: ['site', 'world', 'allocations', 'bytes', 'at the peak', 'still live'],
      rows: process.sites
        .slice(0, 10)
        .map((site) => [
          `${site.stack[0]?.function ?? '?'} < ${site.stack[1]?.function ?? '?'}:${site.stack[1]?.line ?? '?'}`,
          site.world,
          ...[site.allocations, site.bytes, site.peakBytes, site.liveBytes].map(String),
        ]),
    },
  ];
}
