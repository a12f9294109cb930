import { describe, expect, it } from 'vitest';
import type { Outcome, Run } from '../../model/index.ts';
import type { Observed } from '../observe.ts';
import { answersOf, type Measurement, pageOf, type Series } from './rust-frees-c.ts';

function observed(header: string, outcome: Outcome = { kind: 'exit', code: 0 }): Observed {
  return {
    run: {
      outcome,
      verdict: 'latent',
      arrangement: { c: 'glibc', rust: 'glibc' },
      findings: [{ code: 'CF001' }],
    } as unknown as Run,
    stdout: `around the block: 0x0 ${header} | 0x0 0x0\nreleased; Rust's next block is the same\n`,
    stderr: '',
  };
}

function measurement(): { glibc: Series; jemalloc: Series } {
  return {
    glibc: { allocator: 'glibc', runs: [observed('0x51'), observed('0x51')] },
    jemalloc: { allocator: 'jemalloc', runs: [observed('0x51'), observed('0x51')] },
  };
}

const verdicts = (measured: Measurement) =>
  Object.fromEntries(Object.entries(answersOf(measured)).map(([id, { verdict }]) => [id, verdict]));

const SEGV: Outcome = { kind: 'signal', signal: 'SIGSEGV' };

describe('the answers of rust-frees-c', () => {
  it('refute that zeros save the program when there are none', () => {
    expect(verdicts(measurement())).toEqual({ exit: 'holds', zeros: 'refuted', jemalloc: 'holds' });
  });

  it('let the zeros stand where they are, or where their absence changes the outcome', () => {
    const zeros = measurement();
    zeros.glibc.runs = [observed('0x0'), observed('0x0')];
    expect(verdicts(zeros).zeros).toBe('holds');
    const matters = measurement();
    matters.glibc.runs[1] = observed('0x51', SEGV);
    expect(verdicts(matters)).toMatchObject({ exit: 'refuted', zeros: 'holds' });
  });

  it('are refuted when jemalloc notices', () => {
    const noticed = measurement();
    noticed.jemalloc.runs[0] = observed('0x51', SEGV);
    expect(verdicts(noticed).jemalloc).toBe('refuted');
  });

  it('say why there is no jemalloc', () => {
    const { jemalloc } = answersOf({ ...measurement(), jemalloc: 'no network' });
    expect(jemalloc).toEqual({ verdict: 'not-measurable', why: 'no network' });
  });

  it('do not guess when the program did not say what it saw', () => {
    const silent = measurement();
    Object.assign(silent.glibc.runs[0] ?? {}, { stdout: '' });
    expect(() => answersOf(silent)).toThrow('around the block');
  });
});

describe('the page of rust-frees-c', () => {
  it('has a row for each allocator and filling', () => {
    const [table] = pageOf(measurement()).flatMap((block) => (block.kind === 'table' ? [block] : []));
    expect(table?.rows.map(([allocator, filling]) => `${allocator} ${filling}`)).toEqual([
      'glibc 0',
      'glibc 255',
      'jemalloc 0',
      'jemalloc 255',
    ]);
  });
});
