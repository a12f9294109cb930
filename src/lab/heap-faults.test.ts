import { expect, it } from 'vitest';
import * as corruption from './experiments/metadata-corruption.ts';
import * as overlap from './experiments/overlap.ts';
import type { FaultRun } from './heap-faults.ts';

const run = (allocator: string, fault: string, outcome: string, last: string): FaultRun => ({
  allocator,
  fault,
  outcome,
  last,
  steps: ['before', last],
  words: '',
});

it('overlap tells a plain double free from one on a way round the check', () => {
  const verdict = (twice: string, between: string, healthy = 'one owner each') =>
    overlap.answersOf([
      run('glibc', 'healthy', 'exit 0', healthy),
      run('glibc', 'twice', 'exit 0', twice),
      run('glibc', 'between', 'exit 0', between),
    ])['two-owners'].verdict;
  expect(verdict('two owners', 'two owners')).toBe('holds');
  expect(verdict('released', 'two owners')).toBe('differs');
  expect(verdict('released', 'one owner each')).toBe('refuted');
  expect(verdict('two owners', 'two owners', 'two owners')).toBe('refuted');
});

it('metadata-corruption turns when the healthy twin stands in for the fault', () => {
  const answers = (past: string, healthy = 'exit 0') =>
    corruption.answersOf([
      run('debug', 'healthy', healthy, 'worked on'),
      run('debug', 'past-end', past, 'written'),
    ]);
  expect(answers('SIGABRT')['debug-overflow'].verdict).toBe('holds');
  expect(answers('exit 0')['debug-overflow'].verdict).toBe('refuted');
  expect(answers('SIGABRT', 'SIGABRT')['debug-overflow'].verdict).toBe('refuted');
  expect(corruption.answersOf([])['debug-overflow'].verdict).toBe('not-measurable');
});
