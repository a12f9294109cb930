import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readLedgers } from '../../../src/ledger/read.ts';
import type { FindingRecord, LedgerRecord } from '../../../src/ledger/records.ts';

function ledgerFiles(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ledger'))
    .map((name) => join(directory, name));
}

/** Bytes that the ledgers below a directory take on the disk. */
export function ledgerBytes(directory: string): number {
  return ledgerFiles(directory).reduce((sum, path) => sum + statSync(path).blocks * 512, 0);
}

/** The records in every ledger below a directory, read as the product reads them. */
export function recordsIn(directory: string): LedgerRecord[] {
  const places = new Set(ledgerFiles(directory).map((path) => dirname(path)));
  return [...places].flatMap((place) => readLedgers(place)).flatMap((ledger) => ledger.records);
}

export function findingsIn(directory: string): FindingRecord[] {
  return recordsIn(directory).filter((record) => record.type === 'finding');
}
