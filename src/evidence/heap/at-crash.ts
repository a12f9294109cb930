import { readLedgers } from '../../ledger/read.ts';
import type { HeapAccount } from '../../model/index.ts';
import { registersOf } from '../crash-record.ts';
import { heapAccount } from './account.ts';
import { LiveMemory } from './live-memory.ts';
import type { ThreadState } from './memory.ts';
import { pointersOf } from './pointers.ts';

/**
 * The heap of a process that stands still in our runtime, its crash record written: `thread` is the one that
 * crashed. Undefined where there is no record, or no heap that can be read.
 */
export function heapAtCrash(pid: number, ledgerDir: string, thread: ThreadState): HeapAccount | undefined {
  const crash = readLedgers(ledgerDir)
    .flatMap(({ records }) => records)
    .findLast((record) => record.type === 'crash' && record.pid === pid);
  if (crash?.type !== 'crash') return undefined;
  const registers = { ...Object.fromEntries(registersOf(crash)), ...thread.registers };
  const memory = new LiveMemory(pid, [{ tid: thread.tid, registers }]);
  try {
    if (!memory.mappings.some(({ path }) => path.startsWith(`${ledgerDir}/`))) return undefined; // not who it says it is
    const frame = {
      pc: crash.rip,
      exact: true,
      stackPointer: crash.rsp,
      registers,
      by: 'registers',
    } as const;
    const address = crash.address > 0n ? crash.address : undefined;
    return heapAccount(memory, pointersOf(memory, address, registers, [frame]));
  } finally {
    memory.close();
  }
}
