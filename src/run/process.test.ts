import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CannotStart } from '../inspect/resolve.ts';
import type { Cell } from '../plan/cell.ts';
import { runProcess } from './process.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crossfree-run-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function shell(script: string, more: Partial<Cell> = {}): Cell {
  return {
    command: ['sh', '-c', script],
    executable: '/bin/sh',
    cwd: folder,
    env: { PATH: process.env.PATH, CROSSFREE_LEDGER_DIR: folder },
    ledgerDir: folder,
    ...more,
  };
}

describe('running a program', () => {
  it.each([
    ['exit 7', { kind: 'exit', code: 7 }],
    ['kill -SEGV $$', { kind: 'signal', signal: 'SIGSEGV' }],
    ['kill -KILL $$', { kind: 'signal', signal: 'SIGKILL' }],
  ])('%s ends as %j', async (script, outcome) => {
    expect((await runProcess(shell(script))).outcome).toEqual(outcome);
  });

  it('gives it its name, working directory and environment', async () => {
    const cell = shell('', {
      command: ['sh', '-c', 'echo "$0 $PWD $VALUE $$" > seen', 'name'],
      env: { PATH: process.env.PATH, VALUE: 'value' },
    });
    const { pid } = await runProcess(cell);
    expect(readFileSync(join(folder, 'seen'), 'utf8')).toBe(`name ${folder} value ${pid}\n`);
  });

  it.each([
    [{ executable: '/no/such/program' }, 127],
    [{ executable: '/etc/passwd' }, 126],
    [{ command: ['sh', 'x'.repeat(3_000_000)] }, 126],
  ])('says that it cannot start: %#', async (cell, status) => {
    const failure = await runProcess(shell('', cell)).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(CannotStart);
    expect((failure as CannotStart).status).toBe(status);
  });
});

describe('a time limit', () => {
  it('ends the program, its children, and children whose parent has gone', async () => {
    // the inner shell dies at once and leaves its sleeper to init
    const cell = shell(
      `sleep 1000 & echo $! >> ${folder}/pids
       sh -c 'sleep 1000 & echo $! >> ${folder}/pids'
       setsid sleep 1000 & echo $! >> ${folder}/pids
       trap "" TERM INT; wait`,
      { timeoutMs: 1500 },
    );
    const { outcome } = await runProcess(cell);
    expect(outcome).toEqual({ kind: 'timeout', afterMs: 1500 });
    const pids = readFileSync(join(folder, 'pids'), 'utf8').trim().split('\n');
    expect(pids).toHaveLength(3);
    await vi.waitFor(() => expect(pids.filter(isRunning)).toEqual([]), { timeout: 10_000 });
  });

  it('does nothing to a program that is quicker', async () => {
    expect((await runProcess(shell('exit 0', { timeoutMs: 600_000 }))).outcome).toEqual({
      kind: 'exit',
      code: 0,
    });
  });
});

function isRunning(pid: string): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return false;
  return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}
