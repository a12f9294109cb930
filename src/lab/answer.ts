import { isDeepStrictEqual } from 'node:util';
import type { Answer, ClaimValue } from './experiment.ts';

/** `holds` when the measurement is what was expected, else `refuted`. */
export function compare(measured: ClaimValue, expected: ClaimValue, why: string): Answer {
  return { measured, verdict: isDeepStrictEqual(measured, expected) ? 'holds' : 'refuted', why };
}

/** `holds` when the condition does, else `refuted`. */
export function check(condition: boolean, measured: ClaimValue, why: string): Answer {
  return { measured, verdict: condition ? 'holds' : 'refuted', why };
}

export function notMeasurable(why: string): Answer {
  return { verdict: 'not-measurable', why };
}

/** The one value of a list whose values are all the same, else the list. */
export function shared(values: readonly ClaimValue[]): ClaimValue {
  const [first, ...others] = values;
  return first !== undefined && others.every((value) => isDeepStrictEqual(value, first))
    ? first
    : [...values];
}
