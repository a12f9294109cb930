import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { Keeper } from '../../../src/ledger/keeper.ts';
import type { Finding, Run } from '../../../src/model/index.ts';
import { ownUser } from '../../../src/run/trusted-file.ts';
import { type Ended, type Ending, type Surroundings, start } from './process.ts';
import { REPOSITORY } from './toolchain.ts';

// Nothing here is about time: a busy machine may take long.
vi.setConfig({ testTimeout: 180_000 });

export const CROSSFREE = [process.execPath, join(REPOSITORY, 'bin', 'crossfree.js')];
export const RUNTIME = join(REPOSITORY, 'dist', 'runtime', 'libcrossfree.so');

/** The run that takes long is left to `npm run test:all`; says so when it is left out. */
export function thorough(what: string): boolean {
  if (process.env.CROSSFREE_TEST_ALL) return true;
  console.warn(`skipped: ${what}: long, run by \`npm run test:all\``);
  return false;
}

export interface Expectation extends Surroundings {
  /** How the bare program must end, so that a broken test program is noticed. Default: exit 0. */
  ends?: Ending;
  /** Options of `crossfree run`. */
  options?: string[];
  /** A line that the bare program must print, for the same reason. */
  prints?: string | RegExp;
  /** Takes out of the output what differs from run to run, process ids for one. */
  normalise?: (stdout: string) => string;
}

export interface Observed extends Ended {
  run: Run;
}

/** Runs a command under `crossfree run` and reads its JSON. */
export async function observed(command: string[], expectation: Expectation = {}): Promise<Observed> {
  const directory = mkdtempSync(join(tmpdir(), 'crossfree-robustness-'));
  const json = join(directory, 'run.json');
  try {
    const options = ['--json', json, ...(expectation.options ?? [])];
    const ended = await start([...CROSSFREE, 'run', ...options, '--', ...command], expectation);
    const text = existsSync(json) ? readFileSync(json, 'utf8') : '';
    if (text === '') throw new Error(`no JSON was written: ${JSON.stringify(ended, null, 2)}`);
    return { ...ended, run: JSON.parse(text) as Run };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The exit status by which `crossfree run` passes an outcome on. */
function passedOn(outcome: Ending): number {
  if (outcome.kind === 'exit') return outcome.code;
  return 128 + (constants.signals[outcome.signal as NodeJS.Signals] ?? 0);
}

/** How many wrong acts were seen; acts that look alike to the judge are one finding. */
export function acts(findings: Finding[]): number {
  return findings.reduce((sum, finding) => sum + finding.count, 0);
}

/** One line a finding, for readable failures. */
export function summary(findings: Finding[]): string[] {
  return findings.map((finding) => {
    const named = (finding.death?.stack ?? []).map((frame) => frame.function ?? frame.offset ?? '?');
    return `${finding.code} ${finding.message} <- ${named.slice(0, 6).join(' <- ')}`;
  });
}

/** Runs a program bare and checks that it does what its test is about. */
async function bare(command: string[], expectation: Expectation): Promise<Ended> {
  const ended = await start(command, expectation);
  expect(ended, 'the bare program').toMatchObject({ outcome: expectation.ends ?? { kind: 'exit', code: 0 } });
  if (expectation.prints !== undefined) expect(ended.stdout).toMatch(expectation.prints);
  return ended;
}

/**
 * A healthy program in a hard situation: prints and ends under observation as it does bare, and gets
 * no finding.
 */
export async function unchanged(command: string[], expectation: Expectation = {}): Promise<Observed> {
  const before = await bare(command, expectation);
  const after = await observed(command, expectation);
  expect(summary(after.run.findings), after.stderr).toEqual([]);
  expect(after.run.outcome, after.stderr).toMatchObject(before.outcome);
  expect(after.outcome).toEqual({ kind: 'exit', code: passedOn(before.outcome) });
  expectSame(before, after, expectation);
  return after;
}

function expectSame(before: Ended, after: Ended, { normalise = (text) => text }: Expectation): void {
  expect(normalise(after.stdout)).toBe(normalise(before.stdout));
}

/** What `planted` asks of a finding. */
export interface Planted extends Expectation {
  code?: Finding['code'];
  /** A function that must stand in the stack of the wrong act. */
  within: string;
  /** How many findings; by default one. */
  count?: number;
}

/**
 * A program with planted faults in a hard situation: each is found, at its place, and nothing else
 * is; it still prints and ends as it does bare.
 */
export async function planted(command: string[], expectation: Planted): Promise<Observed> {
  const before = await bare(command, expectation);
  const after = await observed(command, expectation);
  const found = summary(after.run.findings);
  expect(found, after.stderr).toHaveLength(expectation.count ?? 1);
  for (const line of found) {
    expect(line).toContain(expectation.code ?? 'CF001');
    expect(line).toContain(expectation.within);
  }
  expect(after.run.outcome, after.stderr).toMatchObject(before.outcome);
  expect(after.outcome).toEqual({ kind: 'exit', code: 99 });
  expectSame(before, after, expectation);
  return after;
}

/**
 * Runs a command with the runtime alone, its ledgers going to `directory`: for what happens to ledgers
 * that nobody reads to the end.
 */
export function preloaded(command: string[], directory: string, surroundings: Surroundings = {}) {
  const env = { ...surroundings.env, LD_PRELOAD: RUNTIME, CROSSFREE_LEDGER_DIR: directory };
  const keeper = new Keeper(directory, ownUser());
  return start(command, { ...surroundings, env }).finally(() => keeper.stop());
}

/** A number that the program printed on its standard error as `name=number`. */
export function measured(ended: Ended, name: string): number {
  const found = new RegExp(`^${name}=(\\d+)$`, 'm').exec(ended.stderr)?.[1];
  if (found === undefined) throw new Error(`no ${name}=… in ${ended.stderr}`);
  return Number(found);
}
