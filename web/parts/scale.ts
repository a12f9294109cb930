import type { Axis } from '../../src/lab/experiment.ts';

export interface Scale {
  place(value: number): number;
  ticks: number[];
}

const MOST_TICKS = 8;

/** From values to a place between `from` and `to`. */
export function scaleOf(kind: Axis['scale'], values: readonly number[], [from, to]: [number, number]): Scale {
  return kind === 'linear'
    ? linear(values, from, to)
    : logarithmic(kind === 'log2' ? 2 : 10, values, from, to);
}

/** Begins at nothing, so that lengths can be compared. */
function linear(values: readonly number[], from: number, to: number): Scale {
  const low = values.reduce((least, value) => Math.min(least, value), 0);
  const high = values.reduce((most, value) => Math.max(most, value), 0);
  const step = roundStep((high - low || 1) / MOST_TICKS);
  const [first, last] = [Math.floor(low / step), Math.ceil(high / step) || 1];
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
  return { ticks, place: (value) => from + ((value / step - first) / (last - first)) * (to - from) };
}

/** 1, 2 or 5 times a power of ten. */
function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
}

function logarithmic(base: number, values: readonly number[], from: number, to: number): Scale {
  const positive = values.filter((value) => value > 0);
  const exponent = (value: number) => Math.log(value) / Math.log(base);
  const low = Math.floor(
    exponent(positive.reduce((least, value) => Math.min(least, value), Infinity)) + 1e-9,
  );
  const high = Math.max(
    low + 1,
    Math.ceil(exponent(positive.reduce((most, value) => Math.max(most, value), 0)) - 1e-9),
  );
  if (!Number.isFinite(low) || !Number.isFinite(high)) return linear(values, from, to);
  const every = Math.ceil((high - low) / MOST_TICKS);
  const ticks: number[] = [];
  for (let power = low; power <= high; power += every) ticks.push(base ** power);
  // what a logarithm cannot place stands at the edge
  const place = (value: number) =>
    value > 0 ? from + ((exponent(value) - low) / (high - low)) * (to - from) : from;
  return { ticks, place };
}
