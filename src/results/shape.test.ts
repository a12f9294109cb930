import { expect, it } from 'vitest';
import { cleanRun, vecFromMalloc } from '../report/run.fixture.ts';
import { NoResult } from '../report/saved.ts';
import { mergedRuns } from './account.ts';
import { asResult } from './shape.ts';

const run = { ...cleanRun(), findings: [vecFromMalloc()] };
const damage = { allocator: 'glibc', kind: 'cycle', what: 'w', address: '0x10', pid: 1 };

it('takes what commands keep', () => {
  for (const result of [run, mergedRuns([{ name: 'a', run }]), { ...run, corruption: [damage] }])
    expect(asResult(structuredClone({ ...result }))).toEqual(result);
});

it.each([
  [{ schema: 'crossfree/run@2' }, 'its schema is "crossfree/run@2"'],
  [{ ...run, corruption: [{ ...damage, address: 'nowhere' }] }, '`corruption`'],
  [{ ...run, corruption: [{ ...damage, around: { address: '0x1', words: [7] } }] }, '`corruption`'],
  [{ ...run, crashes: [{ fault: { stack: 'x' }, blocks: [] }] }, '`crashes`'],
  [{ ...mergedRuns([{ name: 'a', run }]), groups: [{}] }, '`groups`'],
  [{ schema: 'crossfree/merge@1', runs: [{ name: 'a', run: {} }], groups: [] }, '`command`'],
  [{ schema: 'crossfree/matrix@1', command: ['a'], program: {} }, '`program`'],
  [{ schema: 'crossfree/forget@1', command: 'a' }, '`command`'],
  [{ schema: 'crossfree/trace@1', command: [], problems: [], processes: [{}] }, '`processes`'],
  [{ schema: 'crossfree/autopsy@1', outcome: {} }, '`outcome`'],
  [{ schema: 'crossfree/lab@1', machine: {}, experiments: [{}] }, '`experiments`'],
])('refuses %#', (value, message) => {
  expect(() => asResult(value as { schema: string })).toThrow(NoResult);
  expect(() => asResult(value as { schema: string })).toThrow(message);
});
