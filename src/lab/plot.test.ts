import { describe, expect, it } from 'vitest';
import type { Plot } from './experiment.ts';
import { plotTable, rangeOf, sparkline } from './plot.ts';

const PLOT: Plot = {
  kind: 'plot',
  title: 'latency',
  x: { label: 'KiB', scale: 'log2' },
  y: { label: 'cycles', scale: 'log2' },
  series: [
    {
      name: 'small pages',
      points: [
        { x: 1, y: 4, low: 3.9, high: 4.2 },
        { x: 2, y: 16 },
      ],
    },
    { name: 'huge pages', points: [{ x: 2, y: 256 }] },
  ],
};

describe('a plot as text', () => {
  it('has a row for an x and a column for a series', () => {
    expect(plotTable(PLOT)).toEqual({
      header: ['KiB', 'small pages', 'huge pages'],
      rows: [
        ['1', '4 (3.9…4.2)', '-'],
        ['2', '16', '256'],
      ],
    });
  });

  it('leaves out points evenly where there are many, never the ends', () => {
    const points = Array.from({ length: 100 }, (_, x) => ({ x, y: x }));
    const { rows } = plotTable({ ...PLOT, series: [{ name: 'many', points }] }, 4);
    expect(rows.map(([x]) => x)).toEqual(['0', '33', '66', '99']);
  });

  it('draws the curve on the scale of its axis', () => {
    const [series] = PLOT.series;
    expect(rangeOf(PLOT)).toEqual({ low: 4, high: 256 });
    expect(sparkline(series as never, PLOT.y, rangeOf(PLOT))).toBe('▁▃');
    expect(sparkline(series as never, { label: '', scale: 'linear' }, rangeOf(PLOT))).toBe('▁▁');
  });

  it('draws a flat line where nothing changes', () => {
    const flat = { name: 'flat', points: [{ x: 1, y: 0 }] };
    expect(sparkline(flat, PLOT.y, { low: 0, high: 0 })).toBe('▁');
  });
});
