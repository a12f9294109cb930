import { constants } from 'node:os';
import { CannotStart } from '../../inspect/resolve.ts';
import type { Outcome } from '../../model/index.ts';
import type { Cell } from '../../plan/cell.ts';
import type { RawRun } from '../process.ts';
import { scriptForRawWords } from '../raw-words.ts';
import { signalName } from '../signal-name.ts';
import type { Launcher } from './launcher.ts';
import type { Job, Limits, Report } from './protocol.ts';

/** A run in isolation: what it printed and took as well. */
export interface IsolatedRun extends RawRun {
  report: Report;
}

/** What a cell's program may take beside its time, and a file for its standard input. */
export interface Isolation {
  limits: Omit<Limits, 'timeoutMs'>;
  input?: string;
  /** Its addresses are those of every other run, if the kernel agrees. */
  sameAddresses?: boolean;
}

/** Runs a cell through a launcher: a session of its own, no terminal, nothing left behind. Throws CannotStart. */
export async function runIsolated(
  launcher: Launcher,
  cell: Cell,
  isolation: Isolation,
): Promise<IsolatedRun> {
  const report = await launcher.run(jobOf(cell, isolation));
  if (report.kind !== 'ended') throw notStarted(cell, isolation, report);
  return {
    outcome: outcomeOf(report, cell.timeoutMs ?? 0),
    pid: report.pid,
    durationMs: report.wallMs,
    lastWords: lastWords(report.stderr),
    report,
  };
}

/** An allocator says why it aborts in a line or two. */
const LAST_WORDS = 4096;

function lastWords({ head, tail }: Report['stderr']): string {
  return Buffer.concat([head, tail]).subarray(-LAST_WORDS).toString();
}

function jobOf(cell: Cell, { limits, input, sameAddresses }: Isolation): Job {
  const [name = cell.executable, ...args] = cell.command;
  const raw = scriptForRawWords(name, args, cell.env);
  return {
    executable: raw ? '/bin/sh' : cell.executable,
    directory: cell.cwd,
    ...(input !== undefined && { input }),
    ...(sameAddresses && { sameAddresses }),
    arguments: raw ? ['/bin/sh', '-c', raw.script] : [name, ...args],
    environment: raw ? raw.env : cell.env,
    limits: { ...limits, ...(cell.timeoutMs !== undefined && { timeoutMs: cell.timeoutMs }) },
  };
}

/** How the program ended, as the launcher saw it. */
export function outcomeOf(report: Report, timeoutMs: number): Outcome {
  if (report.timedOut) return { kind: 'timeout', afterMs: timeoutMs };
  const { exceeded } = report;
  if (report.signal === 0 && exceeded === undefined) return { kind: 'exit', code: report.code };
  return {
    kind: 'signal',
    signal: signalName(report.signal || constants.signals.SIGKILL),
    ...(exceeded && { exceeded }),
  };
}

const REASONS: Record<number, string> = {
  [constants.errno.ENOENT]: 'no such file, or its interpreter does not exist',
  [constants.errno.EACCES]: 'permission denied',
  [constants.errno.E2BIG]: 'the list of arguments is too long',
  [constants.errno.ENOEXEC]: 'not in a format that this machine can run',
  [constants.errno.ETXTBSY]: 'the file is being written',
  [constants.errno.ENOMEM]: 'out of memory',
  [constants.errno.EAGAIN]: 'the limit of processes is reached',
  [constants.errno.EMFILE]: 'too many open files',
};

function notStarted(cell: Cell, { input }: Isolation, { kind, code }: Report): Error {
  const why = REASONS[code] ?? `error ${code}`;
  if (kind === 'no-input') return new Error(`${input}: ${why}`);
  if (kind === 'no-directory') return new Error(`${cell.cwd}: ${why}`);
  return new CannotStart(`${cell.executable}: ${why}`, code === constants.errno.ENOENT ? 127 : 126);
}
