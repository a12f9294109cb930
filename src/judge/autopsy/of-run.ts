import { flagOf } from '../../evidence/red-flags/red-flags.ts';
import type { Fault, Run } from '../../model/index.ts';
import type { Told } from './autopsy.ts';

/** What an observed run tells: its findings, and the crash record where there is one. */
export function toldOfRun(run: Run, file?: string): Told {
  const { command, outcome, verdict, findings, corruption } = run;
  const root = run.processes[0]?.pid;
  const crash = run.crashes?.find(({ pid }) => pid === root) ?? run.crashes?.[0];
  const heap = crash?.heap ?? (corruption && { allocators: ['glibc'], places: [], corruption, notes: [] });
  const message = outcome.kind === 'signal' ? outcome.message : undefined;
  const flag = message === undefined ? undefined : flagOf(message);
  return {
    source: 'crash-record',
    tool: 'the crash record',
    complete: crash?.complete ?? true,
    command,
    outcome,
    verdict,
    findings,
    complaints: [],
    flags: flag ? [{ name: flag.name, by: flag.by, said: flag.said }] : [],
    ...(crash && { fault: firstFault(crash.fault, crash.earlier) }),
    ...(crash && { blocks: crash.blocks }),
    ...(heap && { heap }),
    ...(file !== undefined && { file }),
    unknown: unknownOf(run, crash !== undefined),
  };
}

/** Where a handler raised the signal, what that handler had been called for is what happened. */
function firstFault(fault: Fault, earlier: readonly Fault[] = []): Fault {
  return earlier.at(-1) ?? fault;
}

const RECORDED = new Set(['SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGABRT', 'SIGTRAP', 'SIGSYS']);

function unknownOf({ outcome, verdict, observed }: Run, recorded: boolean): NonNullable<Told['unknown']> {
  const unknown =
    verdict === 'unobservable' ? observed.gaps.map(({ reason, remedy }) => ({ what: reason, remedy })) : [];
  if (outcome.kind === 'signal' && RECORDED.has(outcome.signal) && !recorded) {
    unknown.push({
      what: 'Where the signal came: there is no crash record. Go’s runtime, a blocked signal or a handler of the program’s own kept it away.',
      remedy: 'crossfree autopsy --means gdb -- PROGRAM',
    });
  }
  return unknown;
}
