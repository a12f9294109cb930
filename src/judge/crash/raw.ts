import type { LoadedModules } from '../../ledger/loaded-modules.ts';
import { moduleAt, type ProcessState } from '../../ledger/process-state.ts';
import type { CrashBlockRecord, CrashRecord, LedgerRecord } from '../../ledger/records.ts';
import { event, optional, type RawEvent, type WorldOf, worldOf } from '../collect.ts';

export interface RawPointedBlock {
  record: CrashBlockRecord;
  world?: WorldOf;
  birth?: RawEvent;
  released?: RawEvent;
}

/** One fatal signal as the ledger has it, in the light of its process at that moment. */
export interface RawCrash {
  pid: number;
  thread: number;
  /** The fatal signal, then those in whose handlers it was raised. */
  signals: CrashRecord[];
  blocks: RawPointedBlock[];
  /** Pieces of memory. */
  memory: { address: bigint; bytes: Buffer }[];
  /** The modules mapped at that moment. */
  modules: LoadedModules;
  complete: boolean;
}

/** Adds what one record tells of a crash to `crashes`. */
export function addToCrashes(crashes: RawCrash[], record: LedgerRecord, process: ProcessState): void {
  if (record.type === 'crash' && record.level === 0) {
    crashes.push({
      pid: record.pid,
      thread: process.thread(record.tid),
      signals: [record],
      blocks: [],
      memory: [],
      modules: process.live,
      complete: false,
    });
    return;
  }
  const crash = crashes.findLast((one) => one.pid === record.pid);
  if (!crash || crash.complete) return;
  if (record.type === 'crash') crash.signals.push(record);
  else if (record.type === 'crashBlock') crash.blocks.push(pointed(record, process));
  else if (record.type === 'crashMemory') crash.memory.push({ address: record.start, bytes: record.bytes });
  else if (record.type === 'crashEnd') crash.complete = true;
}

function pointed(record: CrashBlockRecord, process: ProcessState): RawPointedBlock {
  const birth = process.stack(record.birth_stack);
  const address = record.released_at;
  const module = address > 0 ? moduleAt(process.live, address - 1) : undefined;
  return {
    record,
    ...optional('world', worldOf(process, record.world)),
    ...optional('birth', birth && event(birth, process)),
    ...(module && { released: { thread: 0, function: 0, frames: [{ address, module }], truncated: true } }),
  };
}
