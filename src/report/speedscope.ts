import type { Frame } from '../model/index.ts';
import type { Trace, TracedProcess } from '../model/trace.ts';

/** The trace as speedscope's file format: for each process a profile of bytes and one of allocations, by stack. */
export function speedscope(trace: Trace): object {
  const frames: { name: string; file?: string; line?: number }[] = [];
  const known = new Map<string, number>();
  const indexOf = (frame: Frame): number => {
    const name = frame.function ?? `${frame.module ?? '?'}+${frame.offset ?? '?'}`;
    const key = `${name}\0${frame.file ?? ''}\0${frame.line ?? ''}`;
    let index = known.get(key);
    if (index === undefined) {
      index = frames.length;
      known.set(key, index);
      frames.push({ name, ...(frame.file && { file: frame.file }), ...(frame.line && { line: frame.line }) });
    }
    return index;
  };
  const profile = (process: TracedProcess, what: string, unit: string, weights: number[]) => ({
    type: 'sampled',
    name: `${process.command[0] ?? '?'} (${process.pid}): ${what}`,
    unit,
    startValue: 0,
    endValue: weights.reduce((sum, weight) => sum + weight, 0),
    samples: process.sites.map(({ stack }) => stack.map(indexOf).reverse()),
    weights,
  });
  const profiles = trace.processes.flatMap((process) => [
    profile(
      process,
      'bytes allocated',
      'bytes',
      process.sites.map(({ bytes }) => bytes),
    ),
    profile(
      process,
      'bytes at the peak',
      'bytes',
      process.sites.map(({ peakBytes }) => peakBytes),
    ),
    profile(
      process,
      'allocations',
      'none',
      process.sites.map(({ allocations }) => allocations),
    ),
  ]);
  return {
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    exporter: 'crossfree',
    name: trace.command.join(' '),
    shared: { frames },
    profiles,
    activeProfileIndex: 0,
  };
}
