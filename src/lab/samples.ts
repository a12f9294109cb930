import type { Captured } from './capture.ts';
import { outcomeText } from './outcome-text.ts';

/** One line of JSON that a specimen printed: numbers and words by name. */
export type Sample = Readonly<Record<string, number | string>>;

/**
 * The samples that a specimen printed, a line each.
 * @throws Error when the specimen failed, or printed anything else
 */
export function samplesOf(captured: Captured): Sample[] {
  const { outcome, stderr } = captured;
  if (outcome.kind !== 'exit' || outcome.code !== 0) {
    throw new Error(`the specimen ended with ${outcomeText(outcome)}: ${stderr.trim().slice(0, 300)}`);
  }
  return printedSamples(captured.stdout);
}

/** The samples of a specimen that may have died after them. */
export function printedSamples(stdout: string): Sample[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const value: unknown = parsed(line);
      const isSample =
        typeof value === 'object' &&
        value !== null &&
        Object.values(value).every((field) => typeof field === 'number' || typeof field === 'string');
      if (!isSample) throw new Error(`the specimen printed what is no sample: ${line.slice(0, 200)}`);
      return value as Sample;
    });
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** A number of a sample; NaN when it has none of that name. */
export function numberOf(sample: Sample | undefined, name: string): number {
  const value = sample?.[name];
  return typeof value === 'number' ? value : Number.NaN;
}

/** The samples whose fields have these values. */
export function where(samples: readonly Sample[], fields: Sample): Sample[] {
  return samples.filter((sample) => Object.entries(fields).every(([name, value]) => sample[name] === value));
}
