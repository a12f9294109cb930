import { LedgerFlag } from './enums.ts';
import {
  LEDGER_COMMAND_MAX,
  LEDGER_HEADER_SIZE,
  LEDGER_MAGIC,
  LEDGER_SLOTS,
  LEDGER_VERSION,
  LEDGER_WORLDS,
  LedgerHeader,
  LedgerSlot,
  SLOT_SIZE,
} from './layout.ts';
import { decodeRecords } from './record-stream.ts';
import type { Ledger } from './records.ts';
import { readStruct } from './struct.ts';

/** What a file without a usable header tells: nothing, and why. */
export function emptyLedger(path: string, problem: string): Ledger {
  return {
    path,
    pid: 0,
    parentPid: 0,
    startedNs: 0,
    command: [],
    ready: false,
    stopped: false,
    sitesFull: false,
    worldsFull: false,
    unobserved: false,
    noDecoder: false,
    dropped: 0,
    untracked: 0,
    unknownReleases: 0,
    allocations: new Map(),
    records: [],
    cutOff: 0,
    problem,
  };
}

/** Decodes a ledger's bytes, whatever they are: it never throws, `problem` says what is wrong. */
export function decodeLedger(bytes: Uint8Array, path: string): Ledger {
  if (bytes.byteLength === 0) return emptyLedger(path, 'the file is empty: its process ended while starting');
  if (bytes.byteLength < LEDGER_HEADER_SIZE) {
    return emptyLedger(path, `the file ends after ${bytes.byteLength} bytes, within its header`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = readStruct(view, 0, LedgerHeader);
  if (header.magic === 0n)
    return emptyLedger(path, 'the header was never written: its process ended while starting');
  if (header.magic !== LEDGER_MAGIC)
    return emptyLedger(path, 'not a ledger: it does not begin with the magic number');
  if (header.version !== LEDGER_VERSION) {
    return emptyLedger(
      path,
      `version ${header.version} of the ledger format; this crossfree reads version ${LEDGER_VERSION}`,
    );
  }
  const recordsAt = header.records_at;
  const slotsEnd = LEDGER_HEADER_SIZE + LEDGER_SLOTS * SLOT_SIZE;
  const misplaced = recordsAt < slotsEnd || recordsAt % 8 !== 0;
  const end = Math.min(bytes.byteLength, recordsAt + header.cursor);
  const stream = misplaced ? { records: [], cutOff: 0 } : decodeRecords(view, recordsAt, end);
  const exited = (header.flags & LedgerFlag.exited) !== 0;
  return {
    path,
    pid: header.pid,
    parentPid: header.parent_pid,
    startedNs: header.started_ns,
    command: readCommand(view, header.command_length),
    ready: (header.flags & LedgerFlag.ready) !== 0,
    stopped: (header.flags & LedgerFlag.stopped) !== 0,
    ...(exited && { exitCode: header.exit_code & 0xff }),
    sitesFull: (header.flags & LedgerFlag.sitesFull) !== 0,
    worldsFull: (header.flags & LedgerFlag.worldsFull) !== 0,
    unobserved: (header.flags & LedgerFlag.unobserved) !== 0,
    noDecoder: (header.flags & LedgerFlag.noDecoder) !== 0,
    dropped: header.dropped,
    untracked: header.untracked,
    unknownReleases: header.unknown_releases,
    allocations: sumAllocations(view),
    ...stream,
    ...(misplaced && { problem: `its records are said to begin at ${recordsAt}, inside of the header` }),
  };
}

function readCommand(view: DataView, length: number): string[] {
  const used = Math.min(length, LEDGER_COMMAND_MAX, view.byteLength - LedgerHeader.size);
  if (used <= 0) return [];
  const text = Buffer.from(view.buffer, view.byteOffset + LedgerHeader.size, used).toString('utf8');
  return text.split('\0');
}

/** The slots of one process are summed: a slot is a thread's, and is handed on when the thread is gone. */
function sumAllocations(view: DataView): Map<number, number[]> {
  const sums = new Map<number, number[]>();
  for (let slot = 0; slot < LEDGER_SLOTS; slot++) {
    const at = LEDGER_HEADER_SIZE + slot * SLOT_SIZE;
    if (at + SLOT_SIZE > view.byteLength) break;
    const { pid } = readStruct(view, at, LedgerSlot);
    if (pid === 0) continue;
    let counts = sums.get(pid);
    for (let world = 0; world < LEDGER_WORLDS; world++) {
      const place = at + LedgerSlot.size + 8 * world;
      const count = view.getUint32(place, true) + view.getUint32(place + 4, true) * 0x1_0000_0000;
      if (count === 0) continue;
      if (!counts) {
        counts = new Array<number>(LEDGER_WORLDS).fill(0);
        sums.set(pid, counts);
      }
      counts[world] = (counts[world] ?? 0) + count;
    }
  }
  return sums;
}
