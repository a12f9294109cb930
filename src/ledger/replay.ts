import { ProcessState } from './process-state.ts';
import type { Ledger, LedgerRecord } from './records.ts';

/**
 * Goes through a ledger in its order and calls `visit` with each record and the state of its process after
 * it. A forked child begins with its parent's state at that point. Gives the last state of every process,
 * the ledger's own first.
 */
export function replay(
  ledger: Ledger,
  visit: (record: LedgerRecord, process: ProcessState) => void = () => {},
): ProcessState[] {
  const own = new ProcessState(ledger.pid);
  const processes = new Map([[ledger.pid, own]]);
  const past: ProcessState[] = [];
  for (const record of ledger.records) {
    let process = processes.get(record.pid);
    if (record.type === 'fork' || !process) {
      // Without a fork record: made by vfork or clone, so it still shares its parent's memory.
      const parent = record.type === 'fork' ? processes.get(record.parent_pid) : undefined;
      if (process && process !== own) past.push(process);
      process = new ProcessState(record.pid, parent ?? own);
      processes.set(record.pid, process);
    }
    process.thread(record.tid);
    if (record.type === 'module') process.load(record);
    else if (record.type === 'moduleGone') process.unload(record.id);
    else if (record.type === 'moduleBack') process.reload(record.id);
    else if (record.type === 'world') process.addWorld(record);
    else if (record.type === 'stack') process.addStack(record);
    else if (record.type === 'finding') process.addFinding(record);
    visit(record, process);
  }
  return [...processes.values(), ...past];
}
