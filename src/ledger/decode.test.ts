import { describe, expect, it } from 'vitest';
import { decodeLedger } from './decode.ts';
import { LEDGER_HEADER_SIZE, LEDGER_SLOTS, SLOT_SIZE } from './layout.ts';
import { LedgerWriter } from './ledger-writer.fixture.ts';

const RECORDS_AT = LEDGER_HEADER_SIZE + LEDGER_SLOTS * SLOT_SIZE;

describe('decodeLedger', () => {
  it('reads the header', () => {
    const bytes = new LedgerWriter({ flags: 1 | 2 | 8, exit_code: 7, unknown_releases: 3, dropped: 2 }).bytes(
      ['a', '-x', ''],
    );
    const ledger = decodeLedger(bytes, 'a.ledger');
    expect(ledger).toMatchObject({
      path: 'a.ledger',
      pid: 100,
      parentPid: 1,
      command: ['a', '-x', ''],
      ready: true,
      exitCode: 7,
      sitesFull: true,
      stopped: false,
      worldsFull: false,
      dropped: 2,
      unknownReleases: 3,
      cutOff: 0,
      records: [],
    });
    expect(ledger.problem).toBeUndefined();
  });

  it('has no exit code for a process that did not come to exit', () => {
    expect(decodeLedger(new LedgerWriter().bytes(), 'x').exitCode).toBeUndefined();
  });

  it('sums the slots of each process and of each world', () => {
    const bytes = new LedgerWriter()
      .slot(100, 100, { 1: 5, 4: 2 })
      .slot(100, 101, { 1: 7 })
      .slot(200, 200, { 1: 2 ** 40 })
      .bytes();
    const { allocations } = decodeLedger(bytes, 'x');
    expect(allocations.get(100)?.slice(0, 5)).toEqual([0, 12, 0, 0, 2]);
    expect(allocations.get(200)?.[1]).toBe(2 ** 40);
  });

  it('reads every type of record', () => {
    const writer = new LedgerWriter()
      .module(1, '/bin/prög', 0x1000, 0x2000, 3, 'abcdef01')
      .world(4, 4, 1, 2)
      .stack(128, 2, [0x1100, 0x7fff_ffff_f123])
      .finding({ code: 1, pointer: 0xdead_beef_dead_beefn, size: 8, count: 3 })
      .pair({ size: 16, count: 2 })
      .gap(2, 1, 'no symbols')
      .provider(1, 1, 2)
      .message('free(): invalid pointer\n')
      .exec('/bin/sh', 0)
      .moduleGone(1)
      .moduleBack(1)
      .fork(200)
      .exit(3);
    const { records, cutOff } = decodeLedger(writer.bytes(), 'x');
    expect(cutOff).toBe(0);
    expect(records).toMatchObject([
      { type: 'module', path: '/bin/prög', buildId: 'abcdef01', start: 0x1000, flags: 3 },
      { type: 'world', id: 4, kind: 4, module: 1, flags: 2 },
      { type: 'stack', id: 128, function: 2, frames: [0x1100, 0x7fff_ffff_f123], truncated: 0 },
      { type: 'finding', code: 1, pointer: 0xdead_beef_dead_beefn, size: 8, given_size: undefined, count: 3 },
      { type: 'pair', size: 16, count: 2 },
      { type: 'gap', reason: 2, module: 1, detail: 'no symbols' },
      { type: 'provider', world: 1, module: 1, allocator: 2 },
      { type: 'message', text: 'free(): invalid pointer\n' },
      { type: 'exec', path: '/bin/sh', preserved: 0 },
      { type: 'moduleGone', id: 1 },
      { type: 'moduleBack', id: 1 },
      { type: 'fork', pid: 200, parent_pid: 100 },
      { type: 'exit', pid: 200, code: 3 },
    ]);
  });

  it('passes over a record that was reserved and never finished', () => {
    const cut = Buffer.alloc(64);
    cut.writeUInt32LE(64, 4); // its length was written, its magic was not
    cut.writeBigUInt64LE(0x5555_0000_1234n, 16);
    const bytes = new LedgerWriter().message('before').raw(cut).message('after').bytes();
    const { records, cutOff } = decodeLedger(bytes, 'x');
    expect(records.map((record) => record.type === 'message' && record.text)).toEqual(['before', 'after']);
    expect(cutOff).toBe(1);
  });

  it('is not led astray by a payload that looks like a record', () => {
    const fake = Buffer.alloc(48);
    fake.writeUInt16LE(0xcf1d, 16); // a length that no record has
    fake.writeUInt16LE(4, 18);
    fake.writeUInt32LE(0xffff_fff8, 20);
    fake.writeUInt16LE(0xcf1d, 32); // a type that there is not
    fake.writeUInt16LE(77, 34);
    fake.writeUInt32LE(16, 36);
    const { records, cutOff } = decodeLedger(new LedgerWriter().raw(fake).message('after').bytes(), 'x');
    expect(records).toMatchObject([{ type: 'message', text: 'after' }]);
    expect(cutOff).toBe(1);
  });

  it('reads what is there of a record that claims more than it has', () => {
    const bytes = new LedgerWriter().stack(1, 1, [1, 2, 3]).bytes();
    bytes.writeUInt32LE(0xffff_ffff, RECORDS_AT + 32); // frame_count
    expect(decodeLedger(bytes, 'x').records).toMatchObject([{ type: 'stack', frames: [1, 2, 3] }]);
  });

  it('reads a file that was cut off in its records', () => {
    const bytes = new LedgerWriter().message('one').message('two').bytes();
    const { records, cutOff } = decodeLedger(bytes.subarray(0, RECORDS_AT + 28 + 32), 'x');
    expect(records).toMatchObject([{ text: 'one' }]);
    expect(cutOff).toBe(1);
  });

  it.each([
    ['an empty file', Buffer.alloc(0), /empty/],
    ['a header that was never written', Buffer.alloc(8192), /never written/],
    ['a file shorter than its header', Buffer.alloc(100), /100 bytes/],
    ['another kind of file', Buffer.alloc(8192, 'x'), /magic/],
    ['another version', new LedgerWriter({ version: 9 }).bytes(), /version 9 .* reads version 2/],
    ['records inside of the header', new LedgerWriter({ records_at: 64 }).bytes(), /inside of the header/],
  ])('says what is wrong with %s', (_, bytes, problem) => {
    expect(decodeLedger(bytes, 'x').problem).toMatch(problem);
  });

  it('takes a cursor beyond the file for the end of the file', () => {
    const bytes = new LedgerWriter({ cursor: 2n ** 60n }).message('one').bytes();
    expect(decodeLedger(bytes, 'x').records).toMatchObject([{ text: 'one' }]);
  });
});
