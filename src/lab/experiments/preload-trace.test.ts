import { expect, it } from 'vitest';
import type { Trace, TraceSite } from '../../model/trace.ts';
import { answersOf, type Measurement, pageOf } from './preload-trace.ts';

function measurement(): Measurement {
  const site: TraceSite = {
    world: 'c',
    stack: [{ function: 'take', offset: '0x1' }],
    probable: true,
    allocations: 10,
    bytes: 100,
    temporary: 0,
    live: 2,
    liveBytes: 20,
    peakBytes: 60,
  };
  const totals = {
    allocations: 10,
    bytes: 100,
    releases: 8,
    reallocations: 0,
    temporary: 0,
    unmatchedReleases: 0,
  };
  const trace: Trace = {
    schema: 'crossfree/trace@1',
    command: ['timeline'],
    processes: [
      {
        pid: 1,
        command: ['timeline'],
        forked: false,
        totals: { ...totals, live: 2, liveBytes: 20, peakBytes: 60 },
        peakAtMs: 1,
        lifetimes: [],
        timeline: { everyMs: 0.5, liveBytes: [60, 20] },
        sites: [site],
      },
    ],
    problems: [],
  };
  const end = { stdout: '10 100 8 20 60\n', status: 'exit 0' };
  return { bare: end, traced: { ...end }, trace };
}

const verdicts = (change: (of: Measurement) => void = () => {}) => {
  const made = measurement();
  change(made);
  return Object.values(answersOf(made)).map(({ verdict }) => verdict);
};

it('holds when the trace has what the program counted', () => {
  expect(verdicts()).toEqual(['holds', 'holds', 'holds']);
});

it('is refuted by one call that was not seen, by another output, by sites that do not add up', () => {
  expect(verdicts((of) => Object.assign(of.bare, { stdout: '11 100 8 20 60\n' }))).toEqual([
    'refuted',
    'refuted',
    'holds',
  ]);
  expect(verdicts((of) => Object.assign(of.traced, { status: 'exit 1' }))).toEqual([
    'holds',
    'refuted',
    'holds',
  ]);
  expect(verdicts((of) => Object.assign(of.trace.processes[0]?.totals ?? {}, { bytes: 101 }))[2]).toBe(
    'refuted',
  );
});

it('draws the timeline', () => {
  const plot = pageOf(measurement()).find((block) => block.kind === 'plot');
  expect(plot?.kind === 'plot' && plot.series[0]?.points).toEqual([
    { x: 0, y: 60 },
    { x: 0.5, y: 20 },
  ]);
});
