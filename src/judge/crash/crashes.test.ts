import { expect, it } from 'vitest';
import { decodeLedger } from '../../ledger/decode.ts';
import { RecordCrash } from '../../ledger/layout.ts';
import { LedgerWriter } from '../../ledger/ledger-writer.fixture.ts';
import type { ObservedProcess } from '../../model/index.ts';
import { collect } from '../collect.ts';
import { WorldNames } from '../world-names.ts';
import { crashesOf } from './crashes.ts';
import { isTelling, pointedSentence } from './sentence.ts';

const FUNCTIONS = [
  { name: '', shown: '', kind: 'none' as const },
  { name: 'malloc', shown: 'malloc', kind: 'allocate' as const },
];
const KILLED: ObservedProcess = { pid: 100, command: ['a'], outcome: { kind: 'signal', signal: 'SIGSEGV' } };

function ledger(): LedgerWriter {
  return new LedgerWriter({ pid: 100 })
    .module(1, '/nowhere/program', 0x1000, 0x4000, 1)
    .world(1, 1)
    .stack(128, 1, [0x1100]);
}

async function crashes(writer: LedgerWriter, processes = [KILLED]) {
  const collected = collect([decodeLedger(writer.bytes(['a']), 'test')]);
  const names = new WorldNames(collected.processes.map(({ state }) => state));
  return crashesOf(collected.crashes, processes, names, { functions: FUNCTIONS });
}

it('tells signal, reason, access, place, and the blocks by what points to them', async () => {
  const signal = {
    signal: 11,
    code: 1,
    address: 0x5040,
    trap: 14,
    error: 6,
    rax: 0x5040,
    rip: 0x1200,
    rsp: 0x7000,
  };
  const [crash] = await crashes(ledger().crash(signal, [0x1200, 0x1300], { state: 3, released_at: 0x1400 }));
  expect(crash).toMatchObject({
    pid: 100,
    thread: 1,
    complete: true,
    fault: {
      signal: 'SIGSEGV',
      signalCode: 'SEGV_MAPERR',
      address: '0x5040',
      access: 'write',
      instruction: { address: '0x1200', text: 'mov (%rax),%rax', operand: '(%rax) = 0x5040' },
      stack: [{ offset: '0x200' }, { offset: '0x2ff' }],
    },
    blocks: [
      {
        world: 'c',
        state: 'freed',
        offset: 64,
        pointers: ['the fault’s address', 'rax', 'the stack at +0x8'],
        birth: { via: 'malloc' },
        released: { stack: [{ offset: '0x3ff' }] },
      },
    ],
  });
  const [block] = crash?.blocks ?? [];
  expect(block && isTelling(block)).toBe(true);
  expect(block && pointedSentence(block)).toBe(
    'the fault’s address points just past the end of a released 64-byte block from C malloc',
  );
});

it('says who sent a signal, and takes no address or instruction from it', async () => {
  const sent = { signal: 11, code: 0, address: 0, sender: 77, trap: 14, rip: 0x1200 };
  const [crash] = await crashes(ledger().crash(sent, [0x1200]));
  expect(crash?.sender).toBe(77);
  expect(crash?.fault.signalCode).toBe('SI_USER');
  expect(crash?.fault.address).toBeUndefined();
  expect(crash?.fault.instruction?.text).toBeUndefined();
});

it('keeps the faults in whose handlers the signal was raised', async () => {
  const writer = ledger()
    .record(32, RecordCrash, { signal: 6, code: -6, sender: 100 })
    .crash({ signal: 11, code: 1, address: 8, level: 1, trap: 14, error: 4 }, [0x1210]);
  const [crash] = await crashes(writer);
  expect([crash?.fault.signal, crash?.sender]).toEqual(['SIGABRT', undefined]);
  expect(crash?.earlier).toMatchObject([{ signal: 'SIGSEGV', address: '0x8', access: 'read' }]);
});

it('a record that breaks off says so', async () => {
  const [crash] = await crashes(ledger().record(32, RecordCrash, { signal: 11, code: 1 }));
  expect(crash).toMatchObject({ complete: false, blocks: [] });
});

it('a process that ended in another way did not crash', async () => {
  const exited: ObservedProcess = { ...KILLED, outcome: { kind: 'exit', code: 0 } };
  expect(await crashes(ledger().crash({ signal: 11, code: 1 }, [0x1200]), [exited])).toEqual([]);
});

it('of several threads that crash at once the whole record is kept', async () => {
  const writer = ledger().crash({ signal: 11, code: 1, address: 1 }, [0x1200]);
  writer.crash({ signal: 7, code: 2, address: 2 }, [0x1300]);
  expect((await crashes(writer)).map(({ fault }) => fault.signal)).toEqual(['SIGSEGV']);
});
