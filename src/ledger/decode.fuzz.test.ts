import { expect, it } from 'vitest';
import { decodeLedger } from './decode.ts';
import { LEDGER_HEADER_SIZE, LEDGER_SLOTS, SLOT_SIZE } from './layout.ts';
import { LedgerWriter } from './ledger-writer.fixture.ts';
import type { Ledger } from './records.ts';
import { replay } from './replay.ts';

const RECORDS_AT = LEDGER_HEADER_SIZE + LEDGER_SLOTS * SLOT_SIZE;
const ROUNDS = 1500;

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function sound(): Buffer {
  return new LedgerWriter()
    .module(1, '/bin/program', 0x1000, 0x9000, 1, '00112233')
    .world(1, 1)
    .world(4, 4, 1)
    .stack(128, 1, [0x1100, 0x1200, 0x1300])
    .finding({ code: 1, birth_world: 4, release_world: 1, birth_stack: 128, death_stack: 128 })
    .gap(1, 1, 'detail')
    .fork(101)
    .module(2, '/lib/other.so', 0x9000, 0xa000)
    .stack(129, 2, [0x9100])
    .pair({ birth_world: 1, release_world: 4, birth_stack: 128, death_stack: 129 })
    .crash({ signal: 11, code: 1, address: 0x10, trap: 14 }, [0x1100, 0x1200])
    .moduleGone(2)
    .moduleBack(2)
    .message('free(): invalid pointer')
    .exec('/bin/sh')
    .exit(1)
    .slot(100, 100, { 1: 5 })
    .bytes(['program', 'argument']);
}

function readWhole(ledger: Ledger): void {
  replay(ledger, (record, process) => {
    if (record.type === 'finding') {
      process.stack(record.birth_stack);
      process.world(record.birth_world);
    }
  });
}

it('neither throws nor reads outside of the file, whatever the bytes are', () => {
  const next = random(20_260_101);
  const below = (limit: number) => Math.floor(next() * limit);
  for (let round = 0; round < ROUNDS; round++) {
    const bytes = sound();
    for (let change = below(12); change >= 0; change--) {
      // Most of the damage where the structure is: in the header and in the records.
      const at = next() < 0.2 ? below(96) : RECORDS_AT + below(bytes.length - RECORDS_AT);
      if (next() < 0.5) bytes[at] = below(256);
      else bytes.fill(next() < 0.5 ? 0xff : 0, at, Math.min(bytes.length, at + below(16)));
    }
    const cut = next() < 0.3 ? bytes.subarray(0, below(bytes.length)) : bytes;
    const ledger = decodeLedger(cut, 'x');
    readWhole(ledger);
    expect(ledger.records.length).toBeLessThan(bytes.length / 16);
  }
});

it('keeps every record that lies before and after a damaged one', () => {
  const next = random(7);
  const whole = decodeLedger(sound(), 'x').records.length;
  for (let round = 0; round < 300; round++) {
    const bytes = sound();
    const { records } = decodeLedger(bytes, 'x');
    const victim = Math.floor(next() * records.length);
    let at = RECORDS_AT;
    for (let index = 0; index < victim; index++) at += bytes.readUInt32LE(at + 4);
    bytes.writeUInt16LE(0, at); // what kill -9 leaves: the magic comes last
    expect(decodeLedger(bytes, 'x').records.length).toBe(whole - 1);
  }
});

it('decodes pure noise', () => {
  const next = random(99);
  const bytes = sound();
  for (let at = RECORDS_AT; at < bytes.length; at++) bytes[at] = Math.floor(next() * 256);
  expect(decodeLedger(bytes, 'x').records).toEqual([]);
});
