import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanRun, vecFromMalloc } from '../report/run.fixture.ts';
import { NoResult } from '../report/saved.ts';
import { mergedRuns } from './account.ts';
import { asResult, openResult } from './open.ts';

const run = { ...cleanRun(), findings: [vecFromMalloc()] };
const damage = { allocator: 'glibc', kind: 'cycle', what: 'w', address: '0x10', pid: 1 };
const block = { block: { address: '0x5000' }, state: 'freed', pointers: ['rax'], offset: 0 };
const crash = {
  pid: 1,
  thread: 1,
  complete: true,
  fault: { signal: 'SIGSEGV', address: '0x10', access: 'read', stack: [{ function: 'main' }] },
  blocks: [block],
};

/** A result that a command really kept. */
function kept(name: string): Record<string, unknown> {
  return JSON.parse(
    readFileSync(join(import.meta.dirname, `../../test/results/golden/${name}.json`), 'utf8'),
  );
}

it('takes what commands keep', () => {
  for (const result of [
    run,
    mergedRuns([{ name: 'a', run }]),
    { ...run, corruption: [damage] },
    { ...run, crashes: [] },
    { ...run, crashes: [crash] },
    { ...run, later: { added: true } },
  ])
    expect(asResult(structuredClone({ ...result }))).toEqual(result);
});

it.each([
  [{ schema: 'crossfree/run@2' }, 'its schema is "crossfree/run@2"'],
  [{ schema: 'toString' }, 'its schema is "toString"'],
  [{ ...run, corruption: [{ ...damage, address: 'nowhere' }] }, '`corruption`'],
  [{ ...run, corruption: [{ ...damage, around: { address: '0x1', words: [7] } }] }, '`corruption`'],
  [{ ...run, crashes: [{ fault: { stack: 'x' }, blocks: [] }] }, '`crashes`'],
  [{ ...mergedRuns([{ name: 'a', run }]), groups: [{}] }, '`groups`'],
  [{ schema: 'crossfree/merge@1', runs: [{ name: 'a', run: {} }], groups: [] }, '`runs`'],
  [{ ...kept('matrix'), program: {} }, '`program`'],
  [{ ...kept('forget'), command: 'a' }, '`command`'],
  [{ ...kept('trace'), processes: [{}] }, '`processes`'],
  [{ ...kept('autopsy'), outcome: {} }, '`outcome`'],
  [{ ...kept('lab'), experiments: [{}] }, '`experiments`'],
  [{ ...run, findings: [{ ...vecFromMalloc(), code: 'constructor' }] }, 'at 0/code'],
])('refuses %#', (value, message) => {
  expect(() => asResult(value)).toThrow(NoResult);
  expect(() => asResult(value)).toThrow(message);
});

it.each([
  ['no list', crash],
  ['an address that is none', [{ ...crash, fault: { ...crash.fault, address: '16' } }]],
  ['a stack of texts', [{ ...crash, fault: { stack: ['main'] } }]],
  ['a state of its own', [{ ...crash, blocks: [{ ...block, state: '<b>' }] }]],
  ['pointers that are no texts', [{ ...crash, blocks: [{ ...block, pointers: [{}] }] }]],
  ['no fault', [{ ...crash, fault: undefined }]],
  ['a birth without a stack', [{ ...crash, blocks: [{ ...block, birth: {} }] }]],
  ['a process id of text', [{ ...crash, pid: '1' }]],
])('refuses crashes with %s', (_, crashes) => {
  expect(() => asResult({ ...run, crashes })).toThrow('`crashes`');
});

describe('a file', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'crossfree-open-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    ['nothing', '', 'it is no JSON'],
    ['null', 'null', 'its schema is not named'],
    ['a list', '[]', 'its schema is not named'],
    ['a text', '"crossfree/run@1"', 'its schema is not named'],
    ['another schema', '{"schema":["crossfree/run@1"]}', 'its schema is not named'],
    ['no member but the schema', '{"schema":"crossfree/run@1"}', '`command` is missing'],
    [
      'what is too deep',
      `{"schema":"crossfree/run@1","x":${'['.repeat(1e6)}${']'.repeat(1e6)}}`,
      'levels deep',
    ],
    ['what is too long', `{"schema":"crossfree/run@1","x":"${'a'.repeat(2 << 20)}"}`, 'a text of 2097152'],
    ['a number beyond numbers', JSON.stringify(run).replace('"count":1', '"count":1e999'), '`findings`'],
    [
      'members that all objects have',
      `{"schema":"crossfree/run@1","__proto__":${JSON.stringify(run)}}`,
      '`command` is missing',
    ],
  ])('of %s', (_, text, message) => {
    const path = join(folder, 'result.json');
    writeFileSync(path, text);
    expect(() => openResult(path)).toThrow(NoResult);
    expect(() => openResult(path)).toThrow(message);
  });

  it('that is a pipe is read, one that never ends is not read to its end', () => {
    expect(() => openResult('/dev/zero')).toThrow('larger than 256 MiB');
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    writeFileSync(join(folder, 'run.json'), JSON.stringify(run));
    execFileSync('sh', ['-c', 'cat "$1/run.json" > "$1/pipe" &', 'sh', folder], { stdio: 'ignore' });
    expect(openResult(pipe).result).toEqual(run);
  });
});
