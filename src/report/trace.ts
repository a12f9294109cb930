import type { Trace, TracedProcess, TraceSite } from '../model/trace.ts';
import { align } from './columns.ts';
import { printable } from './printable.ts';
import { fold, frameName, framePlace } from './stack-view.ts';

const TOP = 8;

/** The summary that a person reads on a terminal; ends with a newline. */
export function renderTrace(trace: Trace, cwd: string): string {
  const parts = trace.processes.map((process) => processText(process, cwd));
  const problems = trace.problems.map((problem) => `not read: ${printable(problem)}`);
  if (parts.length === 0)
    problems.push('crossfree trace: nothing was recorded (a static or privileged program?)');
  return `${[...parts, ...problems].join('\n\n')}\n`;
}

function processText(process: TracedProcess, cwd: string): string {
  const { totals, sites } = process;
  const top = (title: string, figure: (site: TraceSite) => number, unit: (value: number) => string) => {
    const rows = sites
      .filter((site) => figure(site) > 0)
      .sort((a, b) => figure(b) - figure(a))
      .slice(0, TOP)
      .map((site) => ['', unit(figure(site)), printable(site.world), siteText(site, cwd)]);
    return rows.length === 0 ? [] : [title, ...align(rows)];
  };
  const count = (value: number) => `${value.toLocaleString('en')}×`;
  return [
    `crossfree trace  ${printable(process.command.join(' ')).slice(0, 80)} (process ${process.pid})`,
    `  ${count(totals.allocations)} allocated, ${bytes(totals.bytes)}; ${count(totals.releases)} released; ` +
      `${count(totals.reallocations)} of both by realloc; ${count(totals.temporary)} temporary`,
    `  peak ${bytes(totals.peakBytes)} after ${process.peakAtMs.toFixed(1)} ms; ` +
      `still live at exit ${bytes(totals.liveBytes)} in ${totals.live.toLocaleString('en')} blocks`,
    ...(process.lost
      ? [
          `  not in the file: ${count(process.lost.allocations)} allocated, ${bytes(process.lost.bytes)}; ` +
            `${count(process.lost.releases)} released: ${printable(process.lost.why)}`,
        ]
      : []),
    ...top('by bytes allocated', (site) => site.bytes, bytes),
    ...top('by part of the peak', (site) => site.peakBytes, bytes),
    ...top('by count', (site) => site.allocations, count),
    ...top('still live at exit', (site) => site.liveBytes, bytes),
    'lifetimes',
    ...align(lifetimes(process).map(([bound, blocks]) => ['', `below ${bound}`, count(blocks)])),
  ].join('\n');
}

function siteText(site: TraceSite, cwd: string): string {
  const { site: frame } = fold(site.stack);
  return frame ? `${frameName(frame)}  ${framePlace(frame, cwd)}` : '(stack not kept)';
}

const BOUNDS: [string, number][] = [
  ['1 µs', 1e3],
  ['10 µs', 1e4],
  ['100 µs', 1e5],
  ['1 ms', 1e6],
  ['10 ms', 1e7],
  ['100 ms', 1e8],
  ['1 s', 1e9],
  ['ever', Number.POSITIVE_INFINITY],
];

function lifetimes(process: TracedProcess): [string, number][] {
  let before = 0;
  return BOUNDS.map(([name, bound]): [string, number] => {
    const within = process.lifetimes.filter(({ belowNs }) => belowNs > before && belowNs <= bound);
    before = bound;
    return [name, within.reduce((sum, { blocks }) => sum + blocks, 0)];
  }).filter(([, blocks]) => blocks > 0);
}

function bytes(value: number): string {
  if (value < 1024) return `${value} B`;
  const unit = Math.min(4, Math.floor(Math.log2(value) / 10));
  return `${(value / 1024 ** unit).toFixed(1)} ${['B', 'KiB', 'MiB', 'GiB', 'TiB'][unit]}`;
}
