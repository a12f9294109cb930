import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crossfree } from './crossfree.ts';

/** Two functions, one of which takes the block back twice. */
const FAULT = `
#include <stdlib.h>
static void *hide(void *p) { __asm__ volatile("" : "+r"(p)); return p; }
__attribute__((noinline)) static void *give(void) { return hide(malloc(24)); }
__attribute__((noinline)) static void take(void *block) { free(block); free(hide(block)); }
int main(void) {
  take(give());
  return 5;
}`;

let folder: string;
const file = (...names: string[]) => join(folder, ...names);

/** Builds the source in a folder of its own, runs it there, and keeps the result beside it. */
function observed(name: string, source: string): string {
  mkdirSync(file(name));
  writeFileSync(file(name, 'fault.c'), source);
  execFileSync('gcc', ['-w', '-g', '-O1', '-o', 'fault', file(name, 'fault.c')], { cwd: file(name) });
  expect(crossfree(['run', '-q', '--out', 'result', '--', './fault'], { cwd: file(name) }).status).toBe(99);
  return file(name, 'result');
}

const report = (args: string[], cwd = folder) => crossfree(['report', ...args], { cwd });
const sarifOf = (result: string) => JSON.parse(report([result, '--format', 'sarif']).stdout).runs[0];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crossfree-report-'));
  observed('first', FAULT);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('crossfree report', () => {
  it('shows a kept run as run itself did', () => {
    const shown = crossfree(['run', '--', './fault'], { cwd: file('first') }).stderr;
    const again = report(['result'], file('first'));
    const withoutAddresses = (text: string) => text.replace(/0x[0-9a-f]+/g, '0x…');
    expect(withoutAddresses(again.stdout)).toBe(withoutAddresses(shown));
    expect(again.status).toBe(0);
  });

  it('gives the object itself as JSON, from the folder and from the file', () => {
    const kept = JSON.parse(readFileSync(file('first/result/run.json'), 'utf8'));
    expect(JSON.parse(report(['first/result', '--format', 'json']).stdout)).toEqual(kept);
    expect(JSON.parse(report(['first/result/run.json', '--format', 'json']).stdout)).toEqual(kept);
  });

  it('names files as the working directory sees them', () => {
    const [result] = sarifOf('first/result').results;
    expect(result.ruleId).toBe('CF002');
    expect(result.locations[0].physicalLocation).toMatchObject({
      artifactLocation: { uri: 'first/fault.c', uriBaseId: 'SRCROOT' },
      region: { startLine: 5 },
    });
  });

  it('keeps the fingerprint of a fault that moved to other lines of another checkout', () => {
    const moved = `// a line\n// and another\n${FAULT.replace('int main', 'int unrelated = 3;\nint main')}`;
    const [before] = sarifOf('first/result').results;
    const [after] = sarifOf(observed('second', moved)).results;
    const lineOf = (result: typeof before) => result.locations[0].physicalLocation.region.startLine;
    expect(lineOf(after)).toBe(lineOf(before) + 2);
    expect(after.partialFingerprints).toEqual(before.partialFingerprints);
    const [other] = sarifOf(observed('third', FAULT.replaceAll('take', 'consume'))).results;
    expect(other.partialFingerprints).not.toEqual(before.partialFingerprints);
  });

  it('shows its page in the browser that BROWSER names', async () => {
    writeFileSync(
      file('browser'),
      `#!/bin/sh\necho "$1" > ${file('opened.tmp')}; mv ${file('opened.tmp')} ${file('opened')}\n`,
      { mode: 0o755 },
    );
    const { stdout, status } = crossfree(['report', 'first/result', '--open', '--output', 'shown.html'], {
      cwd: folder,
      env: { BROWSER: file('browser') },
    });
    expect([stdout, status]).toEqual([`${file('shown.html')}\n`, 0]);
    expect(readFileSync(file('shown.html'), 'utf8')).toContain('"code":"CF002"');
    await expect
      .poll(() => existsSync(file('opened')) && readFileSync(file('opened'), 'utf8'))
      .toBe(`file://${file('shown.html')}\n`);
    const without = crossfree(['report', 'first/result', '--open', '--output', 'shown.html'], {
      cwd: folder,
      env: { BROWSER: '/no/such/browser' },
    });
    expect(without.stderr).toContain('no browser was found');
  });

  it('writes to a file', () => {
    expect(report(['first/result', '--format', 'junit', '--output', 'junit.xml'])).toMatchObject({
      status: 0,
      stdout: '',
    });
    expect(readFileSync(file('junit.xml'), 'utf8')).toContain('<failure type="healed"');
  });

  it.each([
    [['first/result', '--format', 'pdf'], /`--format` expects .*`sarif`.* but got `pdf`/],
    [['first'], /`report` expects a result that crossfree kept \(.*run\.json.*\), but got `first`/],
    [['first/fault.c'], /it is no JSON/],
    [['other.json'], /its schema is "sarif"/],
    [['broken.json'], /its `findings` is missing or of another shape/],
    [[], /missing required argument/],
  ])('%j cannot be meant', (args, message) => {
    writeFileSync(file('other.json'), '{"schema":"sarif"}');
    const run = JSON.parse(readFileSync(file('first/result/run.json'), 'utf8'));
    run.findings[0].death.stack = [7];
    writeFileSync(file('broken.json'), JSON.stringify(run));
    const ended = report(args);
    expect(ended.stderr).toMatch(message);
    expect([ended.status, ended.stdout]).toEqual([2, '']);
  });
});

/** Two faults between the same two functions, at two lines. */
const TWO_FAULTS = `
#include <stdlib.h>
static void *hide(void *p) { __asm__ volatile("" : "+r"(p)); return p; }
__attribute__((noinline)) static void *give(void) { return hide(malloc(24)); }
__attribute__((noinline)) static void work(void) {
  void *one = give();
  free(one);
  free(hide(one));
  void *other = give();
  free(other);
  free(hide(other));
}
int main(void) { work(); return 5; }`;

describe('two faults between the same functions', () => {
  const fingerprints = (result: string) =>
    sarifOf(result).results.map(
      (one: { partialFingerprints: Record<string, string> }) =>
        one.partialFingerprints['crossfreeFinding/v1'],
    );

  it('have fingerprints of their own, which stay when they move to other lines', () => {
    const before = fingerprints(observed('two', TWO_FAULTS));
    expect(before).toHaveLength(2);
    expect(new Set(before).size).toBe(2);
    const moved = TWO_FAULTS.replace('#include', '// one\n// two\n#include')
      .replace('  void *other', '  // here is a line more\n  if (!hide(one)) abort();\n\n  void *other')
      .replace('static void work(void) {', 'static void work(void) {\n  if (getenv("NEVER")) abort();');
    expect(fingerprints(observed('two-moved', moved))).toEqual(before);
  });

  it('are told apart when only the second remains', () => {
    const second = fingerprints('two/result')[1];
    const mended = TWO_FAULTS.replace(
      '  free(one);\n  free(hide(one));',
      '  free(one);\n  if (!hide(one)) free(hide(one));',
    );
    expect(fingerprints(observed('mended', mended))).toEqual([second]);
  });
});

describe('on GitHub', () => {
  it('a finding is annotated and told in the step summary', () => {
    const ended = crossfree(['run', '-q', '--', 'first/fault'], {
      cwd: folder,
      env: { GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: folder, GITHUB_STEP_SUMMARY: file('summary.md') },
    });
    expect(ended.stderr).toMatch(
      /^::error file=first\/fault\.c,line=5,.*title=crossfree CF002 double-free::/m,
    );
    expect(readFileSync(file('summary.md'), 'utf8')).toMatch(/^#### CF002 double-free$/m);
    expect(ended.status).toBe(99);
  });

  it('nothing is said of a clean run', () => {
    const ended = crossfree(['run', '-q', '--', 'true'], { env: { GITHUB_ACTIONS: 'true' } });
    expect(ended).toMatchObject({ status: 0, stdout: '', stderr: '' });
  });
});

it('run --html writes the page at once', () => {
  const ended = crossfree(['run', '-q', '--html', 'page.html', '--', 'first/fault'], { cwd: folder });
  expect(ended.status).toBe(99);
  const html = readFileSync(file('page.html'), 'utf8');
  expect(html).toContain('<title>healed: first/fault · crossfree</title>');
  expect(html).toContain('"code":"CF002"');
  expect(html).toContain('free(block); free(hide(block));');
  expect(crossfree(['run', '--html', 'no/such/page', '--', 'touch', file('started')]).status).toBe(2);
});

describe('many runs', () => {
  const merge = (...args: string[]) => crossfree(['merge', ...args, '--format', 'sarif'], { cwd: folder });
  const facts = (text: string) =>
    JSON.parse(text).runs[0].results.map(
      (result: { ruleId: string; occurrenceCount: number; partialFingerprints: object }) => [
        result.ruleId,
        result.partialFingerprints,
        result.occurrenceCount,
      ],
    );

  it('of four parts of one result merge to that result, finding by finding', () => {
    const whole = JSON.parse(readFileSync(file('first/result/run.json'), 'utf8'));
    const [finding] = whole.findings;
    const named = (name: string) => {
      const one = structuredClone(finding);
      for (const frame of one.death.stack) if (frame.function === 'take') frame.function = name;
      return one;
    };
    whole.findings = Array.from({ length: 10 }, (_, index) => named(`take_${index}`));
    writeFileSync(file('whole.json'), JSON.stringify(whole));
    const parts = [0, 1, 2, 3].map((part) => {
      const name = `part-${part}.json`;
      const findings = whole.findings.filter((_: unknown, index: number) => Math.floor(index / 3) === part);
      writeFileSync(file(name), JSON.stringify({ ...whole, findings }));
      return name;
    });
    const merged = merge(...parts);
    expect(facts(merged.stdout)).toEqual(facts(merge('whole.json').stdout));
    expect(facts(merged.stdout)).toHaveLength(10);
    expect(merged.status).toBe(99);
    expect(facts(merge('whole.json', ...parts).stdout).map(([, , count]: unknown[]) => count)).toEqual(
      whole.findings.map(() => 2 * finding.count),
    );
  });

  it('fail only for what the baseline has not', () => {
    const first = 'first/result';
    expect(merge(first, '--baseline', first).status).toBe(0);
    expect(JSON.parse(merge(first, '--baseline', first).stdout).runs[0].results[0].baselineState).toBe(
      'unchanged',
    );
    const again = (baseline: string) =>
      crossfree(['run', '--baseline', baseline, '--', 'first/fault'], { cwd: folder });
    expect(again(first)).toMatchObject({
      status: 5,
      stderr: expect.stringContaining('1 known from the baseline, 0 new'),
    });
    writeFileSync(
      file('nothing.json'),
      JSON.stringify({ ...JSON.parse(readFileSync(file('first/result/run.json'), 'utf8')), findings: [] }),
    );
    expect(again('nothing.json').status).toBe(99);
    expect(again('first/fault.c').stderr).toMatch(/`--baseline` expects a result that crossfree kept/);
  });
});
