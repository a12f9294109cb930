import { closeSync, constants, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { decodeLedger, emptyLedger } from './decode.ts';
import { LEDGER_HEADER_SIZE, LEDGER_MAGIC, LedgerHeader } from './layout.ts';
import type { Ledger } from './records.ts';
import { readStruct } from './struct.ts';

export type { Ledger } from './records.ts';

/** A ledger beyond this is read up to here. */
const LARGEST_LEDGER = 1 << 30;

/**
 * Reads every `*.ledger` file of a directory, the oldest first. Never throws: a file that is cut off,
 * damaged or none of ours gives a ledger whose `problem` says so; a directory that is not there gives none.
 */
export function readLedgers(directory: string): Ledger[] {
  let names: string[];
  try {
    names = readdirSync(directory).filter((name) => name.endsWith('.ledger'));
  } catch {
    return [];
  }
  return names
    .sort()
    .map((name) => readLedger(join(directory, name)))
    .sort((a, b) => a.startedNs - b.startedNs);
}

export function readLedger(path: string): Ledger {
  try {
    const { bytes, cut } = readUsed(path);
    const ledger = decodeLedger(bytes, path);
    if (cut && !ledger.problem) ledger.problem = `only the first ${LARGEST_LEDGER} bytes were read`;
    return ledger;
  } catch (error) {
    return emptyLedger(path, `not readable: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The part of the file that was written: it is allocated ahead, in large steps. */
function readUsed(path: string): { bytes: Uint8Array; cut: boolean } {
  // without waiting: somebody may have put a pipe here
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const { size } = fstatSync(descriptor);
    const header = Buffer.alloc(Math.min(size, LEDGER_HEADER_SIZE));
    fill(descriptor, header, 0);
    let used = size;
    if (header.length === LEDGER_HEADER_SIZE) {
      const fields = readStruct(
        new DataView(header.buffer, header.byteOffset, header.length),
        0,
        LedgerHeader,
      );
      if (fields.magic !== LEDGER_MAGIC) return { bytes: header, cut: false };
      used = Math.min(size, fields.records_at + fields.cursor);
    }
    const length = Math.max(header.length, Math.min(used, LARGEST_LEDGER));
    const bytes = Buffer.alloc(length);
    header.copy(bytes);
    const got = fill(descriptor, bytes, header.length);
    return { bytes: bytes.subarray(0, got), cut: used > LARGEST_LEDGER };
  } finally {
    closeSync(descriptor);
  }
}

/** Reads from `at` to the end of `buffer`; gives how many bytes of it are filled. */
function fill(descriptor: number, buffer: Buffer, at: number): number {
  let done = at;
  while (done < buffer.length) {
    const got = readSync(descriptor, buffer, done, buffer.length - done, done);
    if (got === 0) break;
    done += got;
  }
  return done;
}
