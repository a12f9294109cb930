import { nameOfSignal } from '../evidence/signal-codes.ts';
import type { Ledger } from '../ledger/records.ts';
import type { ObservedProcess, Outcome } from '../model/index.ts';
import type { Collected } from './collect.ts';

export interface Root {
  pid: number;
  command: string[];
  outcome: Outcome;
}

/**
 * The processes of the run, the first one first. A process that became another program by exec left
 * several ledgers; it is listed once, as the program that it was last.
 */
export function processesOf(collected: Collected, ledgers: readonly Ledger[], root: Root): ObservedProcess[] {
  const found = new Map<number, ObservedProcess[]>();
  const exits = new Map<ObservedProcess, boolean>();
  const add = (process: ObservedProcess, ended: boolean) => {
    const same = found.get(process.pid);
    const before = same?.at(-1);
    if (same && before && !exits.get(before)) same.pop();
    if (same) same.push(process);
    else found.set(process.pid, [process]);
    exits.set(process, ended);
  };
  for (const { pid, parent, ledger } of collected.forks) {
    const outcome = outcomeOf(collected, pid);
    add({ pid, parent, command: ledger.command, outcome }, false);
  }
  for (const ledger of ledgers) {
    if (ledger.pid === 0) continue;
    const outcome: Outcome =
      ledger.exitCode === undefined
        ? outcomeOf(collected, ledger.pid)
        : { kind: 'exit', code: ledger.exitCode };
    const parent = ledger.parentPid;
    add({ pid: ledger.pid, parent, command: ledger.command, outcome }, ledger.exitCode !== undefined);
  }
  found.delete(root.pid);
  const first: ObservedProcess = { pid: root.pid, command: root.command, outcome: root.outcome };
  return [first, ...[...found.values()].flat()];
}

/** Where no exit was recorded a crash or a message tells how a process ended. */
function outcomeOf(collected: Collected, pid: number): Outcome {
  const code = collected.exits.get(pid);
  if (code !== undefined) return { kind: 'exit', code };
  const message = collected.messages.get(pid);
  const signal = nameOfSignal(
    collected.crashes.findLast((crash) => crash.pid === pid)?.signals[0]?.signal ?? 0,
  );
  if (signal !== undefined) return { kind: 'signal', signal, ...(message !== undefined && { message }) };
  return message === undefined ? { kind: 'unrecorded' } : { kind: 'signal', signal: 'SIGABRT', message };
}
