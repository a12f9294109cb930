import type { Axis, Plot, PlotPoint, Series } from './experiment.ts';
import { figure } from './figures.ts';

/** Heights of a sparkline. */
const STEPS = '▁▂▃▄▅▆▇█';
/** A terminal shows so many points of an axis; the data has all. */
const MOST_ROWS = 12;
/** And so many of a curve. */
const WIDEST = 48;

/** The curve of a series in one line of text, on the scale of its axis; all series of a plot share it. */
export function sparkline(series: Series, y: Axis, range: { low: number; high: number }): string {
  const place = scaleOf(y);
  const [low, high] = [place(range.low), place(range.high)];
  return thinned(series.points, WIDEST)
    .map((point) => {
      const share = high > low ? (place(point.y) - low) / (high - low) : 0;
      return STEPS[Math.max(0, Math.min(STEPS.length - 1, Math.floor(share * STEPS.length)))] ?? '';
    })
    .join('');
}

/** The least and the greatest y of a plot. */
export function rangeOf(plot: Plot): { low: number; high: number } {
  const values = plot.series.flatMap(({ points }) => points.map(({ y }) => y));
  return { low: Math.min(...values), high: Math.max(...values) };
}

/** The points as a table: a row for an x, a column for a series. */
export function plotTable(plot: Plot, mostRows = MOST_ROWS): { header: string[]; rows: string[][] } {
  const all = [...new Set(plot.series.flatMap(({ points }) => points.map(({ x }) => x)))].sort(
    (a, b) => a - b,
  );
  return {
    header: [plot.x.label, ...plot.series.map(({ name }) => name)],
    rows: thinned(all, mostRows).map((x) => [
      figure(x),
      ...plot.series.map(({ points }) => pointText(points.find((point) => point.x === x))),
    ]),
  };
}

/** So many of the values at most, evenly spread, the first and the last among them. */
function thinned<Item>(values: readonly Item[], most: number): Item[] {
  if (values.length <= most) return [...values];
  const step = (values.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, index) => values[Math.round(index * step)] as Item);
}

function pointText(point: PlotPoint | undefined): string {
  if (point === undefined) return '-';
  const { y, low, high } = point;
  return low === undefined || high === undefined
    ? figure(y)
    : `${figure(y)} (${figure(low)}…${figure(high)})`;
}

function scaleOf({ scale }: Axis): (value: number) => number {
  // a logarithm has no zero
  if (scale === 'linear') return (value) => value;
  return (value) => Math.log2(Math.max(value, Number.MIN_VALUE));
}
