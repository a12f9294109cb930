import { type ChildProcess, spawn } from 'node:child_process';
import { CannotStart } from '../inspect/resolve.ts';
import type { Outcome } from '../model/index.ts';
import type { Cell } from '../plan/cell.ts';
import { stdioWith } from './descriptors.ts';
import { killTree } from './process-tree.ts';
import { scriptForRawWords } from './raw-words.ts';
import { forwardSignals } from './signals.ts';

export interface RawRun {
  outcome: Outcome;
  pid: number;
  /** Wall time from start to end. */
  durationMs: number;
  /** The end of what it wrote to its standard error, where we kept that. */
  lastWords?: string;
}

/** A process that survives SIGKILL for this long (it runs as another user) is not waited for. */
const GIVE_UP_MS = 5000;

/**
 * Runs the cell's program to its end with our own standard streams and every other descriptor that
 * we were started with. Throws CannotStart.
 */
export async function runProcess(cell: Cell): Promise<RawRun> {
  let child: ChildProcess | undefined;
  // before the start: the program may be so quick that somebody signals us while we still start it
  const stopForwarding = forwardSignals(() => child);
  try {
    const started = performance.now();
    child = start(cell);
    const { outcome, pid } = await end(child, cell);
    return { outcome, pid, durationMs: performance.now() - started };
  } finally {
    stopForwarding();
    child?.unref();
  }
}

async function end(child: ChildProcess, cell: Cell): Promise<{ outcome: Outcome; pid: number }> {
  const ended = new Promise<Outcome>((done, failed) => {
    child.once('error', (error) => failed(cannotStart(cell, error)));
    child.once('exit', (code, signal) => {
      if (code !== null) done({ kind: 'exit', code });
      else done({ kind: 'signal', signal: signal || 'SIGRT' }); // Node has no names for real-time signals
    });
  });
  const { pid } = child;
  if (pid === undefined) return { outcome: await ended, pid: 0 }; // it has failed to start
  const limit = limitTime(cell, pid);
  try {
    const outcome = await Promise.race([ended, limit.survived]);
    const afterMs = limit.afterMs();
    return { outcome: afterMs === undefined ? outcome : { kind: 'timeout', afterMs }, pid };
  } finally {
    limit.cancel();
  }
}

function start(cell: Cell): ChildProcess {
  const [name = cell.executable, ...args] = cell.command;
  const options = { cwd: cell.cwd, stdio: stdioWith(cell.descriptors ?? [], cell.standard) };
  try {
    const raw = scriptForRawWords(name, args, cell.env);
    if (raw) return spawn('/bin/sh', ['-c', raw.script], { ...options, env: raw.env });
    return spawn(cell.executable, args, { ...options, argv0: name, env: cell.env });
  } catch (error) {
    throw cannotStart(cell, error as Error);
  }
}

function cannotStart(cell: Cell, error: Error): Error {
  const code = (error as NodeJS.ErrnoException).code;
  const status = code === 'ENOENT' ? 127 : 126;
  const why: Record<string, string> = {
    ENOENT: 'no such file, or its interpreter does not exist',
    EACCES: 'permission denied',
    E2BIG: 'the list of arguments is too long',
    ENOEXEC: 'not in a format that this machine can run',
    ETXTBSY: 'the file is being written',
    ENOMEM: 'out of memory',
    EAGAIN: 'the limit of processes is reached',
  };
  return new CannotStart(`${cell.executable}: ${why[code ?? ''] ?? error.message}`, status);
}

function limitTime(cell: Cell, pid: number) {
  const { timeoutMs } = cell;
  let hit = false;
  const timers: NodeJS.Timeout[] = [];
  const survived = new Promise<Outcome>((done) => {
    if (timeoutMs === undefined) return;
    timers.push(
      setTimeout(() => {
        hit = true;
        killTree(pid, cell.ledgerDir);
        timers.push(setTimeout(() => done({ kind: 'timeout', afterMs: timeoutMs }), GIVE_UP_MS));
      }, timeoutMs),
    );
  });
  return {
    survived,
    /** The limit in milliseconds when it was reached. */
    afterMs: () => (hit ? timeoutMs : undefined),
    cancel: () => {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
