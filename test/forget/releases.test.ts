import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ReleaseSite } from '../../src/model/index.ts';
import type { Trial } from '../../src/search/trial.ts';
import { Runner } from '../../src/search/workshop.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crossfree-releases-'));
  const source = fileURLToPath(new URL('sites.c', import.meta.url));
  execFileSync('gcc', ['-O1', '-fno-builtin', '-g', '-w', '-o', join(folder, 'sites'), source]);
  mkdirSync(join(folder, 'elsewhere'));
  cpSync(join(folder, 'sites'), join(folder, 'elsewhere/sites'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function observe(trial: Trial, { cwd = folder, randomAddresses = false } = {}) {
  const runner = new Runner({
    command: ['./sites'],
    cwd,
    env: process.env,
    timeoutMs: 30_000,
    copyCwd: false,
    randomAddresses,
    jobs: 1,
  });
  try {
    const { run, printed } = await runner.run({ recordReleases: true, ...trial });
    const told = Object.fromEntries(
      printed.stdout.head
        .trim()
        .split('\n')
        .map((line) => line.split(': ') as [string, string]),
    );
    return { run, told, sites: run.releaseSites ?? [] };
  } finally {
    runner.close();
  }
}

const ids = (sites: ReleaseSite[]) => sites.map(({ id }) => id).sort();

it('tells release sites by their call stacks: the same wherever the program lies and is mapped', async () => {
  const { run, sites } = await observe({});
  expect(run.verdict).toBe('clean');
  for (const one of sites) expect(one.id).toMatch(/^[0-9a-f]{16}$/);
  const elsewhere = await observe({}, { cwd: join(folder, 'elsewhere'), randomAddresses: true });
  expect(ids(elsewhere.sites)).toEqual(ids(sites));
});

it('gives names to those that are asked for, with what they release and where that was born', async () => {
  const { sites } = await observe({});
  const named = await observe({ nameReleases: ids(sites) });
  const place = ({ death }: ReleaseSite) =>
    death.stack.map((frame) => frame.function).find((name) => name !== 'free' && name !== undefined);
  const of = (name: string) => named.sites.filter((site) => place(site) === name);
  // one from main, one through recursion, however deep
  expect(of('release').map(({ count }) => count)).toEqual([4, 1, 1]);
  expect(of('grow')).toMatchObject([
    { via: 'realloc', world: 'c', count: 1, bytes: 100, births: [{ size: 100, world: 'c', count: 1 }] },
  ]);
  expect(of('grow')[0]?.births[0]?.stack.map((frame) => frame.function)).toContain('main');
  expect(sites.every(({ death }) => death.stack.every((frame) => frame.function === undefined))).toBe(true);
});

it('leaves out the releases of the sites on the list, and of no other', async () => {
  const first = await observe({});
  expect(first.told).toMatchObject({
    'released block is handed out again': '1',
    'shrunk stays where it is': '1',
  });
  const named = await observe({ nameReleases: ids(first.sites) });
  const skipped = named.sites
    .filter((site) => site.births.some(({ size }) => size === 500) && site.via === 'free')
    .map(({ id }) => id);
  const { told, sites } = await observe({ skipReleases: skipped });
  expect(told).toMatchObject({
    'released block is handed out again': '0',
    'released bytes are kept': '1',
    'shrunk stays where it is': '1',
  });
  expect(ids(sites.filter((site) => site.skipped))).toEqual([...skipped].sort());
});

it.each([{}, { arrangement: { c: 'jemalloc' } }])(
  'a reallocation that is left out gives a new block with the old bytes (%j)',
  async (trial) => {
    const { run, told } = await observe({ ...trial, skipReleases: 'all' });
    expect(run.outcome).toEqual({ kind: 'exit', code: 0 });
    expect(run.findings).toEqual([]);
    expect(told).toMatchObject({
      'released block is handed out again': '0',
      'grown holds its bytes': '1',
      'shrunk holds its bytes': '1',
      'shrunk stays where it is': '0',
    });
  },
);

it('a program that is not asked for its releases has none in its result', async () => {
  const runner = new Runner({
    command: ['./sites'],
    cwd: folder,
    env: process.env,
    timeoutMs: 30_000,
    copyCwd: false,
    jobs: 1,
  });
  const { run } = await runner.run({});
  runner.close();
  expect(run.releaseSites).toBeUndefined();
});
