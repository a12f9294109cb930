import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fingerprint } from '../src/report/fingerprint.ts';
import type { Matrix } from '../src/search/matrix/result.ts';
import { crossfree } from './crossfree.ts';

/** Two faults that every allocator lets pass as it pleases. */
const FAULT = `
#include <stdlib.h>
static void *hide(void *p) { __asm__ volatile("" : "+r"(p)); return p; }
int main(void) {
  char *one = hide(malloc(64)), *other = hide(malloc(64));
  free(one);
  free(hide(other + 16));
  free(hide(one));
  return 3;
}`;

const OPTIONS = ['--worlds', 'c', '--allocators', 'glibc,standard,mmap,arena,debug', '--repeat', '2'];
const SHARDS = [1, 2, 3, 4];

let folder: string;
const file = (name: string) => join(folder, name);
const read = (name: string): Matrix => JSON.parse(readFileSync(file(name), 'utf8'));
const matrix = (...args: string[]) =>
  crossfree(['matrix', ...OPTIONS, ...args, '--', file('fault')], { cwd: folder });
const merge = (...args: string[]) => crossfree(['merge', ...args], { cwd: folder });

/** What a matrix says, without what no two runs have alike. */
function facts({ cells, complete }: Matrix) {
  return {
    complete,
    cells: cells.map(({ moved, verdict, distribution, runs }) => ({
      moved,
      verdict,
      distribution,
      findings: runs.map((run) => run.findings.map((one) => [fingerprint(one), one.message, one.count])),
    })),
  };
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crossfree-shards-'));
  writeFileSync(file('fault.c'), FAULT);
  execFileSync('gcc', ['-w', '-g', '-O1', '-o', file('fault'), file('fault.c')]);
  matrix('--json', 'whole.json');
  for (const number of SHARDS) matrix('--shard', `${number}/4`, '--json', `part-${number}.json`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('four shards of a matrix', () => {
  const parts = SHARDS.map((number) => `part-${number}.json`);

  it('merged equal one run, finding by finding', () => {
    const { status, stderr } = merge(...parts, '--out', 'merged', '--html', 'merged.html');
    expect([status, stderr]).toEqual([99, '']);
    const whole = facts(read('whole.json'));
    expect(whole.cells).toHaveLength(5);
    expect(whole.cells.flatMap((cell) => cell.findings.flat()).length).toBeGreaterThan(0);
    expect(facts(read('merged/matrix.json'))).toEqual(whole);
    expect(readFileSync(file('merged.html'), 'utf8')).toContain('"schema":"crossfree/matrix@1"');
    expect(crossfree(['report', 'merged'], { cwd: folder }).stdout).toContain('5 cells · 10 runs');
  });

  it('give the same SARIF as the whole, with findings by fingerprint and counts', () => {
    const results = (...paths: string[]) =>
      JSON.parse(merge(...paths, '--format', 'sarif').stdout).runs[0].results.map(
        (one: { partialFingerprints: object; occurrenceCount: number }) => [
          one.partialFingerprints,
          one.occurrenceCount,
        ],
      );
    expect(results(...parts)).toEqual(results('whole.json'));
    expect(results('whole.json').length).toBeGreaterThan(0);
  });

  it('are not complete while one is missing', () => {
    const { stdout } = merge(...parts.slice(1), '--format', 'text');
    expect(stdout).toContain('NOT COMPLETE');
    expect(JSON.parse(merge(...parts.slice(1), '--format', 'json').stdout).complete).toBe(false);
  });

  it('are known to a baseline of the whole', () => {
    expect(merge(...parts, '--baseline', 'whole.json').status).toBe(0);
    expect(crossfree(['report', 'part-1.json', '--baseline', 'whole.json'], { cwd: folder }).status).toBe(0);
  });

  it('of another program cannot be joined', () => {
    const other = read('part-2.json');
    writeFileSync(
      file('other.json'),
      JSON.stringify({ ...other, program: { ...other.program, sha256: '0' } }),
    );
    const { status, stderr } = merge('part-1.json', 'other.json');
    expect([status, stderr]).toEqual([
      2,
      'crossfree: `merge`: other.json is of another program, or another build of it, than part-1.json: only parts of one matrix can be joined\n',
    ]);
  });

  it('are named with a number and how many there are', () => {
    for (const wrong of ['0/4', '5/4', 'a', '1']) {
      const { status, stderr } = matrix('--shard', wrong);
      expect([status, stderr]).toEqual([2, expect.stringContaining(`\`--shard\` expects`)]);
    }
  });
});

it('four shards of the lab hold every experiment once', () => {
  const listed = (...args: string[]) =>
    crossfree(['lab', '--list', ...args])
      .stdout.trimEnd()
      .split('\n')
      .map((line) => line.split(' ')[0]);
  const parts = SHARDS.map((number) => listed('--shard', `${number}/4`));
  expect(parts.flat().sort()).toEqual(listed().sort());
});
