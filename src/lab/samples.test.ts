import { describe, expect, it } from 'vitest';
import { numberOf, samplesOf, where } from './samples.ts';

const ended = (stdout: string, code = 0) =>
  samplesOf({ outcome: { kind: 'exit', code }, stdout, stderr: 'out of luck' });

describe('the samples of a specimen', () => {
  it('are its lines', () => {
    const samples = ended('{"size":16,"ns":1.5}\n{"size":32,"ns":2}\n');
    expect(where(samples, { size: 32 }).map((sample) => numberOf(sample, 'ns'))).toEqual([2]);
    expect(numberOf(samples[0], 'weight')).toBeNaN();
  });

  it('are not made of anything else', () => {
    expect(() => ended('hello')).toThrow('no sample: hello');
    expect(() => ended('{"size":null}')).toThrow('no sample');
    expect(() => ended('', 1)).toThrow('exit 1: out of luck');
  });
});
