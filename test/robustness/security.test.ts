import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { start } from './harness/process.ts';
import { CROSSFREE } from './harness/situation.ts';
import { build } from './harness/toolchain.ts';

let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'crossfree-security-'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('memory that the program keeps out of dumps', () => {
  /** Whether the secret is in anything that the run left behind. */
  async function isKept(how: string): Promise<boolean> {
    const program = await build('security/excluded.c');
    const out = join(scratch, how);
    await start([...CROSSFREE, 'run', '--out', out, '--', program, how]);
    const files = readdirSync(out, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files.some(({ name }) => name.endsWith('.ledger'))).toBe(true);
    return files.some(({ parentPath, name }) => readFileSync(join(parentPath, name)).includes('SECRET-HERE '));
  }

  it.each(['not', 'included-again', 'back-and-forth'])('is in the crash record when it is %s', async (how) => {
    expect(await isKept(how)).toBe(true);
  });

  // of too many ranges nobody knows all: then only the stack is kept
  it.each(['excluded', 'neighbour', 'many', 'many-elsewhere'])('is not when it is %s', async (how) => {
    expect(await isKept(how)).toBe(false);
  });
});
