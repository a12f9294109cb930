/** What tests share is built once, whole, and by one process at a time. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { alone } from '../setup/alone.js';
import { GROUPS } from '../specimens/recipe/header.js';
import { recipe } from '../specimens/recipe/index.js';
import { runTasks } from '../specimens/recipe/tasks.js';
import { builtOnce } from './built-once.ts';

const hasRust = spawnSync('rustc', ['--version']).status === 0;
const ROUNDS = 4;
const PROCESSES = 3;

let program: string;
beforeAll(async () => {
  program = mkdtempSync(join(tmpdir(), 'crossfree-once-fixture-'));
  await build({
    entryPoints: [fileURLToPath(new URL('built-once.fixture.ts', import.meta.url))],
    outfile: join(program, 'fixture.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
  });
});
afterAll(() => rmSync(program, { recursive: true, force: true }));

let folder: string;
const at = (name: string) => join(folder, name);
const runs = () => (existsSync(at('runs')) ? readFileSync(at('runs'), 'utf8').trim().split('\n') : []);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crossfree-once-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function start(what: string, seconds: number): { child: ChildProcess; ended: Promise<number | null> } {
  const args = [join(program, 'fixture.mjs'), what, folder, String(seconds)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  return { child, ended: new Promise((done) => child.once('close', done)) };
}

describe.each(['file', 'tasks'])('of several processes that want the same at the same time (%s)', (what) => {
  it('one builds it, and the others wait until it is whole', { timeout: 300_000 }, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const all = Array.from({ length: PROCESSES }, () => start(what, 0.2).ended);
      expect(await Promise.all(all)).toEqual(Array(PROCESSES).fill(0));
      expect([readFileSync(at('made'), 'utf8'), runs()]).toEqual(['onetwo', ['begins', 'ends']]);
      for (const name of readdirSync(folder)) rmSync(at(name), { recursive: true });
    }
  });

  it('one that is killed leaves nothing half, and its compiler is waited for', {
    timeout: 300_000,
  }, async () => {
    const killed = start(what, 3);
    await vi.waitUntil(() => runs().length > 0, { timeout: 60_000 });
    killed.child.kill('SIGKILL');
    await killed.ended;
    expect(existsSync(at('made'))).toBe(false);
    expect(await start(what, 0).ended).toBe(0);
    expect([readFileSync(at('made'), 'utf8'), runs()]).toEqual([
      'onetwo',
      ['begins', 'ends', 'begins', 'ends'],
    ]);
  });
});

it('a lock is left when its work fails', async () => {
  await expect(alone(at('lock'), () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await alone(at('lock'), () => 'free')).toBe('free');
});

it('a build that fails says why, and is not taken for made', async () => {
  const failing = () => ({ command: 'sh', args: ['-c', 'echo wrong >&2; exit 1'], cwd: folder });
  await expect(builtOnce(at('made'), failing)).rejects.toThrow(/sh -c .*\nwrong/s);
  expect(existsSync(at('made'))).toBe(false);
});

describe('tasks that run side by side', () => {
  it('may not write one file', async () => {
    const task = (name: string) => ({ name, inputs: [], outputs: [at('same')], steps: [] });
    await expect(
      alone(at('lock'), (lock) => runTasks(folder, [task('a'), task('b')], '', lock)),
    ).rejects.toThrow(/same is made by two tasks: a and b/);
  });

  const groups = Object.keys(GROUPS) as (keyof typeof GROUPS)[];
  const buildable = groups.filter((group) => !group.startsWith('rust') || hasRust);
  it.each(buildable)('of the specimens (%s) write what they own, and nothing else', (group) => {
    const { tasks } = recipe(group);
    const owned = tasks.flatMap(({ outputs }) => outputs);
    expect(new Set(owned).size).toBe(owned.length);
    for (const { steps, outputs } of tasks) {
      const commands = steps.flatMap((step) => (typeof step === 'function' ? [] : [step.args]));
      const written = commands.flatMap((args) => args.filter((_, index) => args[index - 1] === '-o'));
      expect(outputs).toEqual(expect.arrayContaining(written));
    }
  });
});
