import { execFileSync } from 'node:child_process';
import {
  chownSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RecordType } from './enums.ts';
import { RecordUser } from './layout.ts';
import { LedgerWriter } from './ledger-writer.fixture.ts';
import { readFolder, readLedgers } from './read.ts';

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
  writeFileSync(join(folder, '4.ledger'), Buffer.alloc(100_000, 7));
  writeFileSync(join(folder, '5-1.ledger'), new LedgerWriter({ pid: 6, started_ns: 1 }).bytes());
  const problems = readLedgers(folder).map(({ problem }) => problem);
  expect(problems).toHaveLength(3);
  expect(problems.every((problem) => problem !== undefined)).toBe(true);
});

it('opens nothing but regular files of one name, and counts the others', () => {
  const ledger = new LedgerWriter({ pid: 2, started_ns: 5 }).message('true').bytes();
  writeFileSync(join(folder, '2-5.ledger'), ledger);
  writeFileSync(join(folder, 'elsewhere'), ledger);
  mkdirSync(join(folder, '1-1.ledger'));
  symlinkSync('/nowhere', join(folder, '1-2.ledger'));
  symlinkSync(join(folder, 'elsewhere'), join(folder, '1-3.ledger'));
  execFileSync('mkfifo', [join(folder, '1-4\n.ledger')]);
  linkSync(join(folder, 'elsewhere'), join(folder, '1-5.ledger'));
  const { ledgers, ignored } = readFolder(folder);
  expect(ledgers.map(({ records }) => records)).toMatchObject([[{ text: 'true' }]]);
  expect(Object.fromEntries(ignored)).toEqual({ 'no regular file': 4, 'under several names': 1 });
});

describe('who is believed', () => {
  const NOBODY = 65534;
  const write = (name: string, owner: number, ledger: LedgerWriter) => {
    writeFileSync(join(folder, name), ledger.bytes());
    chownSync(join(folder, name), owner, owner);
  };
  const become = (ledger: LedgerWriter) => ledger.record(RecordType.user, RecordUser, { user: NOBODY });

  it.skipIf(process.getuid?.() !== 0)('is our own user, and whom its processes became', () => {
    write('1-1.ledger', NOBODY, become(new LedgerWriter({ pid: 1, started_ns: 1 })));
    expect(readFolder(folder)).toMatchObject({ ledgers: [], ignored: new Map([['of another user', 1]]) });
    expect(readFolder(folder, new Set([NOBODY])).ledgers).toHaveLength(1);
    write('2-2.ledger', 0, new LedgerWriter({ pid: 2, started_ns: 2 }));
    expect(readLedgers(folder)).toHaveLength(1);
    write('3-3.ledger', 0, become(new LedgerWriter({ pid: 3, started_ns: 3 })));
    expect(readLedgers(folder)).toHaveLength(3);
  });
});

it('pays for what a giant holds, not for what it says', () => {
  const bytes = new LedgerWriter({ pid: 1, started_ns: 1, cursor: 2 ** 40 }).message('here').bytes();
  for (let number = 0; number < 20; number++) {
    writeFileSync(join(folder, `1-${number}.ledger`), bytes);
    truncateSync(join(folder, `1-${number}.ledger`), 2 ** 40);
  }
  const before = process.memoryUsage().arrayBuffers;
  const began = process.cpuUsage();
  const ledgers = readLedgers(folder);
  const { user, system } = process.cpuUsage(began);
  expect((user + system) / 1e6).toBeLessThan(5);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(200 << 20);
  for (const { records, problem } of ledgers) {
    expect(records).toMatchObject([{ text: 'here' }]);
    expect(problem).toBe('it holds a megabyte of nothing');
  }
});

it('finds nothing in a folder that is not there', () => {
  expect(readLedgers(join(folder, 'missing'))).toEqual([]);
});
