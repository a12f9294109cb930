/**
 * The core of the suite with other C libraries: in root folders of Debian releases, with the compiler of each.
 * `npm run test:libc` runs all of them, and CROSSFREE_LIBC=sid,bookworm those named. CROSSFREE_LIBC_FOLDERS names
 * further root folders. A release that cannot be had is skipped, and it is said why; all skipped is a failure.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { lacking, REPOSITORY } from '../robustness/harness/toolchain.ts';
import { type Folder, folderOf } from './folder.ts';
import { inside, THERE, versionsIn } from './inside.ts';
import { type Release, releases } from './releases.ts';
import { rustInside } from './rust.ts';

const asked = process.env.CROSSFREE_LIBC;
const chosen = asked === undefined ? [] : releases(asked, process.env.CROSSFREE_LIBC_FOLDERS);
if (asked === undefined) console.warn('skipped: other C libraries: run by `npm run test:libc`');

const tell = (line: string) => console.log(`libc: ${line}`);

/** Files of the suite, and how many of their tests must have run. */
const PARTS: readonly [title: string, fewest: number, files: string[]][] = [
  ['C specimens', 100, ['test/specimens/c.test.ts']],
  ['C++ specimens', 100, ['test/specimens/cpp.test.ts']],
  ['where blocks go, and other allocators', 20, ['test/robustness/allocators.test.ts']],
  ['threads', 10, ['test/robustness/threads.test.ts']],
  ['fork and exec', 25, ['test/robustness/processes.test.ts']],
  ['libraries loaded at run time', 10, ['test/robustness/modules.test.ts']],
  ['calls and signals', 25, ['test/robustness/calls.test.ts', 'test/robustness/signals.test.ts']],
  ['heaps read from outside', 40, ['test/heap/glibc.test.ts', 'test/heap/at-exit.test.ts']],
];

interface Report {
  numPassedTests: number;
  testResults: {
    name: string;
    message: string;
    assertionResults: { status: string; fullName: string; failureMessages: string[] }[];
  }[];
}

const tested: string[] = [];

async function run(folder: Folder, files: readonly string[]): Promise<Report> {
  const result = join(folder.own, 'result.json');
  rmSync(result, { force: true });
  const reporter = ['--reporter=json', `--outputFile=${THERE}/build/result.json`, '--cache=false'];
  const vitest = ['node', 'node_modules/vitest/vitest.mjs', 'run', ...reporter, ...files];
  const { stderr } = await inside(folder, ['CROSSFREE_GOLDEN=off', ...vitest], 1_800_000);
  try {
    return JSON.parse(readFileSync(result, 'utf8'));
  } catch {
    throw new Error(`the tests left no result: ${stderr.trim().slice(-2000)}`);
  }
}

function failures({ testResults }: Report): string[] {
  return testResults.flatMap(({ name, message, assertionResults }) => {
    const failed = assertionResults.filter(({ status }) => status === 'failed');
    const own = assertionResults.length === 0 ? [`${name}: ${message}`] : [];
    return [...own, ...failed.map(({ fullName, failureMessages }) => `${fullName}: ${failureMessages[0]}`)];
  });
}

function addTests(release: Release): void {
  let folder: Folder | { why: string };
  let versions = '';
  beforeAll(async () => {
    folder = folderOf(release, REPOSITORY, tell);
    if ('why' in folder) tell(`${release.name} (${release.title}) skipped: ${folder.why}`);
    else {
      versions = await versionsIn(folder);
      tell(`${release.name} (${release.title}): ${versions}`);
      tested.push(release.name);
    }
  }, 1_900_000);

  test.skipIf(lacking('rustc'))('Rust, built here', async (context) => {
    if ('why' in folder) return context.skip(folder.why);
    const found = await rustInside(folder, Number(/^glibc 2\.(\d+)/.exec(versions)?.[1]));
    if ('why' in found) {
      tell(`${release.name}: Rust skipped: ${found.why}`);
      return context.skip(found.why);
    }
    expect(found).toEqual({ healthy: [], fault: ['CF001'] });
  });

  test.for(PARTS)('%s', { timeout: 1_900_000 }, async ([, fewest, files], context) => {
    if ('why' in folder) return context.skip(folder.why);
    const report = await run(folder, files);
    expect(failures(report)).toEqual([]);
    expect(report.numPassedTests).toBeGreaterThanOrEqual(fewest);
  });
}

describe.skipIf(asked === undefined)('other C libraries', () => {
  for (const release of chosen) describe(release.name, () => addTests(release));

  test('at least one of them was there', () => {
    expect(tested).not.toEqual([]);
  });
});
