import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { start } from './harness/process.ts';
import { preloaded, thorough } from './harness/situation.ts';
import { build, which } from './harness/toolchain.ts';

// A program writes over each word that glibc looks at, goes on, and ends as it does without us: by the same signal, with
// the same words of glibc's, or having got the same blocks. Prime, so that a step meets every word, value and act.
const STEP = 197;
const STEP_OF_ALL = 7;

describe('a damaged heap', () => {
  const ledgers = mkdtempSync(join(tmpdir(), 'crossfree-damage-'));
  afterAll(() => rmSync(ledgers, { recursive: true, force: true }));

  let command: string[];
  beforeAll(async () => {
    command = [await build('allocators/damaged.cc', ['-ldl'])];
    if (!which('rustc')) return;
    command.push('rust', await build('allocators/damaged.rs', ['--crate-type', 'cdylib'], 'libdamaged.so'));
  });

  async function endings(how: string[], first: number, step: number, env: Record<string, string>) {
    const all = [...command, ...how, String(step), String(first)];
    const [bare, seen] = [await start(all), await preloaded(all, ledgers, { env, timeoutMs: 600_000 })];
    expect(bare.outcome).toEqual({ kind: 'exit', code: 0 });
    expect(seen.outcome).toEqual(bare.outcome);
    const [before, after] = [bare.stdout.split('\n'), seen.stdout.split('\n')];
    expect(before.length, bare.stderr).toBeGreaterThan(500);
    expect(before.filter((line) => / signal \d+$/.test(line)).length).toBeGreaterThan(100);
    expect(after.filter((line, at) => line !== before[at])).toEqual([]);
    expect(after).toHaveLength(before.length);
  }

  it.each([
    ['in the first thread', [], {}],
    ['in another thread', ['threads'], {}],
    ['where wrong acts may happen', [], { CROSSFREE_ON_FINDING: 'faithful' }],
    ['where nothing of glibc’s inside is used', [], { CROSSFREE_LIBC_INTERNALS: '0' }],
  ])('ends as without us, %s', async (_, how, env) => {
    await endings(how, 3, STEP, env);
  });

  it.each([[[]], [['threads']]])('ends as without us in each seventh case: %s', async (how) => {
    if (!thorough('each seventh case of a damaged heap')) return;
    await endings(how, 5, STEP_OF_ALL, {});
  });
});
