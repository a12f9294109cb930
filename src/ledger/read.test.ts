import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LedgerWriter } from './ledger-writer.fixture.ts';
import { readLedgers } from './read.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crossfree-ledgers-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('reads the ledgers of a folder, the oldest first, and nothing else', () => {
  writeFileSync(
    join(folder, '2-5.ledger'),
    new LedgerWriter({ pid: 2, started_ns: 50 }).message('later').bytes(),
  );
  writeFileSync(
    join(folder, '9-4.ledger'),
    new LedgerWriter({ pid: 9, started_ns: 40 }).message('sooner').bytes(),
  );
  writeFileSync(join(folder, 'notes.txt'), 'no ledger');
  const ledgers = readLedgers(folder);
  expect(ledgers.map(({ pid }) => pid)).toEqual([9, 2]);
  expect(ledgers.map(({ records }) => records)).toMatchObject([[{ text: 'sooner' }], [{ text: 'later' }]]);
});

it('says of each bad file what is wrong with it', () => {
  writeFileSync(join(folder, '1.ledger'), '');
  mkdirSync(join(folder, '2.ledger'));
  symlinkSync('/nowhere', join(folder, '3.ledger'));
  writeFileSync(join(folder, '4.ledger'), Buffer.alloc(100_000, 7));
  const problems = readLedgers(folder).map(({ problem }) => problem);
  expect(problems).toHaveLength(4);
  expect(problems.every((problem) => problem !== undefined)).toBe(true);
});

it('finds nothing in a folder that is not there', () => {
  expect(readLedgers(join(folder, 'missing'))).toEqual([]);
});
