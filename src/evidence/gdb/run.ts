import type { DebuggerStop, Fault, Outcome } from '../../model/index.ts';
import type { Cell } from '../../plan/cell.ts';
import type { RawRun } from '../../run/process.ts';
import { findTool } from '../find-tool.ts';
import { flagComplaints } from '../red-flags/complaints.ts';
import { flagOf } from '../red-flags/red-flags.ts';
import { nameOfSignalCode } from '../signal-codes.ts';
import type { Testimony } from '../testimony.ts';
import type { MiTuple, MiValue } from './mi.ts';
import { Gdb } from './session.ts';
import { CodeRanges, evaluated, lookAround } from './stop.ts';

/** gdb cannot run the program; the message says why. */
export class GdbRefuses extends Error {}

/** What is looked at while the program stands still. */
export type GdbRun = RawRun & { told: Testimony };

/** More stops than these are not looked at: the program is let go on. */
const MOST_STOPS = 32;
/** A place where the same is found again and again stops the program no more. */
const MOST_FINDINGS = 500;
/** The program's other signals are its own affair. */
const FATAL = ['SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGABRT', 'SIGSYS'];
/** Where our runtime writes a finding down. */
const AT_FINDING = 'finding_write';
/** A break in the runtime that is made before it has started does not stay: it is made here. */
const AT_START = '__libc_start_main';

export function findGdb(): string | undefined {
  return findTool(['gdb']);
}

/**
 * Runs a program under gdb to its end, with its own standard streams, and looks at it wherever a fatal signal stops
 * it; with `runtime`, the library that is preloaded into it, at each finding too. Throws GdbRefuses.
 */
export async function runUnderGdb(
  gdb: string,
  cell: Pick<Cell, 'command' | 'executable' | 'cwd' | 'env' | 'standard' | 'timeoutMs'>,
  runtime?: string,
): Promise<GdbRun> {
  const { LD_PRELOAD: preload, ...env } = cell.env;
  const started = performance.now();
  const session = new Gdb([cell.executable], cell.cwd, {
    gdb,
    env: { ...env, SHELL: '/bin/sh', DEBUGINFOD_URLS: '' },
    standard: cell.standard ?? ['inherit', 'inherit', 'inherit'],
  });
  let late = false;
  const limit = setTimeout(
    () => {
      late = true;
      session.close(); // its program ends with it
    },
    Math.min(cell.timeoutMs ?? 2 ** 31 - 1, 2 ** 31 - 1),
  );
  limit.unref();
  try {
    await prepare(session, cell, preload, runtime);
    const { outcome, stops, fault, message } = await follow(session, runtime);
    const ended: Outcome = late ? { kind: 'timeout', afterMs: cell.timeoutMs ?? 0 } : outcome;
    return {
      outcome: ended,
      pid: session.pid ?? 0,
      durationMs: performance.now() - started,
      told: testimony(cell.command, ended, stops, fault, message),
    };
  } catch (error) {
    throw new GdbRefuses((error as Error).message);
  } finally {
    clearTimeout(limit);
    session.close();
  }
}

/** The program gets its own streams, environment and arguments, through a shell as gdb does it. */
async function prepare(
  session: Gdb,
  { command, env }: Pick<Cell, 'command' | 'env'>,
  preload: string | undefined,
  runtime: string | undefined,
): Promise<void> {
  const set = [
    'set disable-randomization off',
    'set filename-display absolute',
    'set print frame-arguments none',
    'set breakpoint pending on',
    'set startup-with-shell on',
    'handle all nostop noprint pass',
    'handle SIGINT nostop noprint pass',
    ...FATAL.map((name) => `handle ${name} stop print pass`),
  ];
  for (const one of set) await session.console(one);
  const kept = ['-u', 'LINES', '-u', 'COLUMNS'];
  const given = [
    ...(preload === undefined ? [] : [`LD_PRELOAD=${preload}`]),
    ...(env.SHELL === undefined ? [] : [`SHELL=${env.SHELL}`]),
  ];
  await session.console(`set exec-wrapper env ${[...kept, ...given].map(quoted).join(' ')}`);
  const streams = '<&3 >&4 2>&5 3<&- 4>&- 5>&-';
  await session.console(`set args ${[...command.slice(1).map(quoted), streams].join(' ')}`);
  if (runtime === undefined) return;
  await session.console('catch exec');
  await session.ask(`-break-insert -t -f ${AT_START}`);
}

interface Followed {
  outcome: Outcome;
  stops: DebuggerStop[];
  /** At the last fatal signal. */
  fault?: Fault;
  message?: string;
}

async function follow(session: Gdb, runtime: string | undefined): Promise<Followed> {
  const stops: DebuggerStop[] = [];
  const seen = new Set<string>();
  let findings = 0;
  let breakpoint: string | undefined;
  let fault: Fault | undefined;
  let message: string | undefined;
  let stop = await session.go('-exec-run', Number.POSITIVE_INFINITY);
  for (;;) {
    const reason = textOf(stop.reason) ?? '';
    if (reason.startsWith('exited') || reason === 'gdb-ended') {
      const outcome = outcomeOf(stop, reason);
      const died = outcome.kind === 'signal';
      return {
        outcome,
        stops,
        ...(died && fault && { fault }),
        ...(died && message !== undefined && { message }),
      };
    }
    const signal = textOf(stop['signal-name']);
    const isFinding = reason === 'breakpoint-hit' && breakpoint !== undefined && stop.bkptno === breakpoint;
    if (reason === 'exec') {
      // another program takes its place, with another copy of the runtime
      if (breakpoint !== undefined) await session.ask(`-break-delete ${breakpoint}`);
      breakpoint = undefined;
      await session.ask(`-break-insert -t -f ${AT_START}`);
    } else if (reason === 'breakpoint-hit' && runtime !== undefined && breakpoint === undefined) {
      breakpoint = await breakAtFindings(session);
    }
    if ((isFinding || signal !== undefined) && stops.length < MOST_STOPS) {
      const ranges = runtime === undefined ? new CodeRanges() : await CodeRanges.of(session, runtime);
      const seenThere = await lookAround(session, isFinding ? 'finding' : 'signal', ranges);
      const key = JSON.stringify([seenThere.code, signal, seenThere.stack]);
      if (!seen.has(key)) stops.push({ ...seenThere, ...(signal !== undefined && { signal }) });
      seen.add(key);
      if (signal !== undefined) {
        fault = await faultOf(session, signal, seenThere);
        message = await abortMessage(session);
      }
    }
    if (isFinding && ++findings >= MOST_FINDINGS) await session.ask(`-break-delete ${breakpoint}`);
    stop = await session.go('-exec-continue', Number.POSITIVE_INFINITY);
  }
}

/** The number of the breakpoint; undefined where the runtime is not there, or has no symbols. */
async function breakAtFindings(session: Gdb): Promise<string | undefined> {
  try {
    const { bkpt } = (await session.ask(`-break-insert ${AT_FINDING}`)).result;
    return typeof bkpt === 'object' && !Array.isArray(bkpt) ? textOf(bkpt.number) : undefined;
  } catch {
    return undefined;
  }
}

async function faultOf(
  session: Gdb,
  signal: string,
  { stack, registers, instructions }: DebuggerStop,
): Promise<Fault> {
  const code = Number(await evaluated(session, '$_siginfo.si_code'));
  const signalCode = nameOfSignalCode(signal, code);
  const address =
    code > 0 && code < 128
      ? await evaluated(session, '(unsigned long)$_siginfo._sifields._sigfault.si_addr')
      : undefined;
  const current = instructions.find((one) => one.current);
  return {
    signal,
    ...(signalCode !== undefined && { signalCode }),
    ...(address !== undefined && /^\d+$/.test(address) && { address: `0x${BigInt(address).toString(16)}` }),
    stack,
    registers,
    ...(current && { instruction: { address: current.address, text: current.text } }),
  };
}

/** What the C library said before it aborted. */
async function abortMessage(session: Gdb): Promise<string | undefined> {
  try {
    const said = await session.console('printf "%s\\n", *(char **)&__abort_msg + 4');
    return said.trim() || undefined;
  } catch {
    return undefined;
  }
}

function outcomeOf(stop: MiTuple, reason: string): Outcome {
  const signal = textOf(stop['signal-name']);
  if (reason === 'exited-signalled' && signal !== undefined) return { kind: 'signal', signal };
  if (reason === 'exited-normally') return { kind: 'exit', code: 0 };
  const code = Number.parseInt(textOf(stop['exit-code']) ?? '', 8); // gdb writes it in octal
  return reason === 'exited' && code >= 0 ? { kind: 'exit', code: code & 255 } : { kind: 'unrecorded' };
}

function testimony(
  command: readonly string[],
  outcome: Outcome,
  stops: DebuggerStop[],
  fault: Fault | undefined,
  message: string | undefined,
): Testimony {
  const flag = message === undefined ? undefined : flagOf(message);
  const died = outcome.kind === 'signal' && flag ? { ...outcome, message: flag.said } : outcome;
  return {
    source: 'gdb',
    tool: 'gdb',
    complete: outcome.kind !== 'unrecorded',
    command: [...command],
    outcome: died,
    ...(fault && { fault }),
    complaints: flag && fault ? flagComplaints(flag, fault.stack ?? []) : [],
    flags: flag ? [{ name: flag.name, by: flag.by, said: flag.said }] : [],
    stops,
  };
}

/** A word for a shell. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

function textOf(value: MiValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
