import { expect, it } from 'vitest';
import { decodeLedger } from '../ledger/decode.ts';
import { LedgerWriter } from '../ledger/ledger-writer.fixture.ts';
import { judge } from './judge.ts';

const FUNCTIONS = ['', 'malloc', 'free'].map((name) => ({ name, shown: name, kind: 'release' }) as const);
const [FREED, FREED_TWICE, BORN, LIVE] = [130, 131, 140, 141];

/** A block of 16 bytes at 0x1000 is released twice, one at 0x2000 as well; then 0x1000 has two owners. */
function overlap(): LedgerWriter {
  const twice = { code: 2, act: 1, birth_world: 1, release_world: 1, function: 2, size: 16 };
  return new LedgerWriter()
    .module(1, '/x/app', 0x10_0000, 0x20_0000, 1)
    .world(1, 1)
    .stack(FREED, 2, [0x10_3001])
    .stack(FREED_TWICE, 2, [0x10_4001])
    .stack(BORN, 1, [0x10_1001])
    .stack(LIVE, 1, [0x10_2001])
    .finding({ ...twice, pointer: 0x1000, block: 0x1000, death_stack: FREED })
    .finding({ ...twice, pointer: 0x2000, block: 0x2000, death_stack: FREED_TWICE });
}

const owners = { code: 11, block: 0x1000, size: 64, birth_stack: BORN, birth_world: 1, release_world: 1 };

async function causeIn(writer: LedgerWriter) {
  const { findings } = await judge({
    command: ['./app'],
    facts: { requested: './app', executable: './app', path: '/x/app', preloadable: true },
    outcome: { kind: 'exit', code: 0 },
    rootPid: 100,
    ledgers: [decodeLedger(writer.bytes(), 'a.ledger')],
    onFinding: 'faithful',
    functions: [...FUNCTIONS],
  });
  return findings.find(({ code }) => code === 'CF011')?.detail.cause;
}

it('is the release that the runtime names, with the block that was released there', async () => {
  const writer = overlap().finding({ ...owners, other_block: 0x1010, other_size: 16, other_stack: LIVE });
  writer.cause({ stack: FREED, pointer: 0x1000, block: 0x1000, size: 16 });
  expect(await causeIn(writer)).toMatchObject({
    code: 'CF002',
    message: 'a 16-byte block from C malloc was released by C free after it had been released',
    block: { address: '0x1000', size: 16 },
    on: 'block',
    death: { via: 'free', stack: [{ module: '/x/app' }] },
  });
});

it.each([
  [0x1010, 'other'],
  [0x1018, 'other'],
  [0x0ff0, 'neighbour'],
])('says what %s is to the two', async (pointer, on) => {
  const writer = overlap().finding({ ...owners, other_block: 0x1010, other_size: 16 });
  writer.cause({ stack: FREED, pointer, block: pointer, given_size: 64 });
  expect(await causeIn(writer)).toMatchObject({ on });
});

it('is the latest of several, and none where the runtime names none', async () => {
  const writer = overlap().finding({ ...owners, other_block: 0x1000, other_size: 16 });
  expect(await causeIn(writer)).toBeUndefined();
  writer.cause({ stack: FREED_TWICE, pointer: 0x2000, block: 0x1000 });
  writer.cause({ stack: FREED, pointer: 0x1000, block: 0x1000 });
  expect((await causeIn(writer))?.death?.stack[0]?.offset).toBe('0x4000');
});

it('of a forked child may lie before the fork; a stack that no finding has is none', async () => {
  const writer = overlap().fork(200);
  writer.finding({ ...owners, other_block: 0x1000, other_size: 16 });
  writer.cause({ stack: 999, pointer: 0x1000 }).cause({ stack: FREED, pointer: 0x1000, block: 0x1000 });
  expect(await causeIn(writer)).toMatchObject({ code: 'CF002', on: 'block' });
});
