import { closeSync, opendirSync, readSync } from 'node:fs';
import { basename, join } from 'node:path';
import { openTrusted, ownUser, type Refusal, type Trusted, Untrusted } from '../run/trusted-file.ts';
import { decodeLedger, emptyLedger } from './decode.ts';
import { LEDGER_HEADER_SIZE, LEDGER_MAGIC, LedgerHeader } from './layout.ts';
import type { Ledger } from './records.ts';
import { readStruct } from './struct.ts';

export type { Ledger } from './records.ts';

/** A ledger beyond this is read up to here: several times what the runtime writes at most. */
const LARGEST_LEDGER = 256 << 20;
/** What is read of one run's ledgers; more than this fits into no report. */
const MOST_BYTES = 512 << 20;
const MOST_LEDGERS = 50_000;
/** What a folder may hold before nobody looks at the rest of its names. */
const MOST_NAMES = 500_000;
/** Read at once; no record is longer, so that so many zeros are no gap between two records. */
const PIECE = 1 << 20;

/** Why a file of the run's folder is not read. */
export type Why = Refusal | 'beyond what is read';

export interface Reading {
  /** The oldest first. */
  ledgers: Ledger[];
  /** How many files were left alone, by the reason. */
  ignored: Map<Why, number>;
  /** Whose files were read. */
  trusted: Trusted;
}

/**
 * Reads the `*.ledger` files of a directory that are regular files of trusted users: our own, those given, and
 * those that our own processes became, as their ledgers tell. Never throws: a file that is cut off or damaged
 * gives a ledger whose `problem` says so; a directory that is not there gives none.
 */
export function readFolder(directory: string, given: Trusted = ownUser()): Reading {
  const ledgers: Ledger[] = [];
  const ignored = new Map<Why, number>();
  const ignore = (why: Why, count = 1) => count > 0 && ignored.set(why, (ignored.get(why) ?? 0) + count);
  const trusted = given === 'anyone' ? given : new Set(given);
  let left = MOST_BYTES;
  const read = (name: string, theirs: (owner: number) => void) => {
    if (left <= 0 || ledgers.length >= MOST_LEDGERS) return ignore('beyond what is read');
    try {
      const { ledger, bytes } = readOpened(join(directory, name), trusted, left);
      left -= bytes;
      ledgers.push(ledger);
      if (trusted === 'anyone' || !ownUser().has(ledger.owner ?? -1)) return;
      for (const record of ledger.records) if (record.type === 'user') trusted.add(record.user);
    } catch (error) {
      if (!(error instanceof Untrusted)) ledgers.push(unreadable(join(directory, name), error));
      else if (error.refusal === 'of another user') theirs(error.owner);
      else ignore(error.refusal);
    }
  };
  const { names, more } = namesIn(directory);
  ignore('beyond what is read', more);
  const others: { name: string; owner: number }[] = [];
  for (const name of names) read(name, (owner) => others.push({ name, owner }));
  // our own processes have told by now whom they became
  for (const { name } of others) read(name, () => ignore('of another user'));
  return { ledgers: ledgers.sort((a, b) => a.startedNs - b.startedNs), ignored, trusted };
}

/** The ledgers alone. */
export function readLedgers(directory: string, trusted?: Trusted): Ledger[] {
  return readFolder(directory, trusted).ledgers;
}

function namesIn(directory: string): { names: string[]; more: number } {
  const names: string[] = [];
  let more = 0;
  try {
    const folder = opendirSync(directory, { bufferSize: 1024 });
    try {
      for (let entry = folder.readSync(); entry; entry = folder.readSync()) {
        if (!entry.name.endsWith('.ledger')) continue;
        if (names.length < MOST_NAMES) names.push(entry.name);
        else more++;
      }
    } finally {
      folder.closeSync();
    }
  } catch {
    // the program took the directory away
  }
  return { names: names.sort((a, b) => timeIn(a) - timeIn(b) || (a < b ? -1 : 1)), more };
}

/** A ledger's name ends with the time of its start: where not all are read, the first process's is. */
function timeIn(name: string): number {
  return Number(/-(\d+)\.ledger$/.exec(name)?.[1] ?? 0);
}

function unreadable(path: string, error: unknown): Ledger {
  return emptyLedger(path, `not readable: ${error instanceof Error ? error.message : String(error)}`);
}

function readOpened(path: string, trusted: Trusted, most: number): { ledger: Ledger; bytes: number } {
  const { descriptor, status } = openTrusted(path, trusted);
  try {
    const { bytes, problem } = readUsed(descriptor, status.size, Math.min(most, LARGEST_LEDGER));
    const ledger = decodeLedger(bytes, path);
    ledger.owner = status.uid;
    const said = /^(\d+)-\d+\.ledger$/.exec(basename(path))?.[1];
    if (said !== undefined && ledger.pid !== 0 && Number(said) !== ledger.pid)
      return {
        ledger: emptyLedger(path, `it says that it is of process ${ledger.pid}`),
        bytes: bytes.length,
      };
    if (problem !== undefined) ledger.problem ??= problem;
    return { ledger, bytes: bytes.length };
  } finally {
    closeSync(descriptor);
  }
}

/**
 * The part of the file that was written: it is allocated ahead, in large steps. Neither its size nor what it
 * says of itself is believed: it is read piece by piece, and ends with a piece in which nothing was written.
 */
function readUsed(
  descriptor: number,
  size: number,
  most: number,
): { bytes: Buffer<ArrayBuffer>; problem?: string } {
  const header = readPiece(descriptor, 0, Math.min(size, LEDGER_HEADER_SIZE));
  if (header.length < LEDGER_HEADER_SIZE) return { bytes: header };
  const view = new DataView(header.buffer, header.byteOffset, header.length);
  const { magic, records_at, cursor } = readStruct(view, 0, LedgerHeader);
  if (magic !== LEDGER_MAGIC) return { bytes: header };
  const used = Math.min(size, records_at + cursor);
  const pieces = [header];
  for (let at = header.length; at < Math.min(used, most); ) {
    const piece = readPiece(descriptor, at, Math.min(PIECE, used - at, most - at));
    if (piece.length === 0) break;
    if (piece.length === PIECE && piece.equals(NOTHING))
      return { bytes: Buffer.concat(pieces), problem: 'it holds a megabyte of nothing' };
    pieces.push(piece);
    at += piece.length;
  }
  return {
    bytes: Buffer.concat(pieces),
    ...(used > most && { problem: `only the first ${most} bytes were read` }),
  };
}

const NOTHING = Buffer.alloc(PIECE);

function readPiece(descriptor: number, at: number, length: number): Buffer<ArrayBuffer> {
  const bytes = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const got = readSync(descriptor, bytes, done, length - done, at + done);
    if (got === 0) break;
    done += got;
  }
  return bytes.subarray(0, done);
}
