import { expect, it } from 'vitest';
import { decodeLedger } from '../ledger/decode.ts';
import { LedgerWriter } from '../ledger/ledger-writer.fixture.ts';
import { judge } from './judge.ts';

const FUNCTIONS = ['', 'malloc', 'free'].map((name) => ({ name, shown: name, kind: 'release' }) as const);
const [BORN, ELSEWHERE, FREED, AGAIN] = [130, 131, 140, 141];

/** Two release sites of one program; the second one twice, through recursion. */
function ledger(): LedgerWriter {
  return new LedgerWriter()
    .module(1, '/x/app', 0x10_0000, 0x20_0000, 1)
    .world(1, 1)
    .stack(BORN, 1, [0x10_1001])
    .stack(ELSEWHERE, 1, [0x10_2001])
    .stack(FREED, 2, [0x10_3001, 0x10_3101])
    .stack(AGAIN, 2, [0x10_4001, 0x10_4101, 0x10_4101, 0x10_4201])
    .release({ site: 0xabc0n, count: 3, bytes: 48, world: 1, function: 2, stack: FREED })
    .release({ site: 0xdef0n, count: 5, bytes: 80, world: 1, function: 2, stack: AGAIN, left_out: 1 })
    .releaseBirth({ site: 0xdef0n, count: 1, size: 16, world: 1, birth_stack: BORN })
    .releaseBirth({ site: 0xdef0n, count: 4, size: 24, world: 1, birth_stack: ELSEWHERE, birth_exact: 0 });
}

async function judged(writer: LedgerWriter, releases: { named: string[] } | undefined = { named: [] }) {
  return judge({
    command: ['./app'],
    facts: { requested: './app', executable: './app', path: '/x/app', preloadable: true },
    outcome: { kind: 'exit', code: 0 },
    rootPid: 100,
    ledgers: [decodeLedger(writer.bytes(), 'a.ledger')],
    onFinding: 'faithful',
    functions: [...FUNCTIONS],
    ...(releases && { releases }),
  });
}

it('tells each release site with what it releases, the most frequent first', async () => {
  const { releaseSites } = await judged(ledger());
  expect(releaseSites).toMatchObject([
    {
      id: '000000000000def0',
      via: 'free',
      world: 'c',
      count: 5,
      bytes: 80,
      skipped: true,
      death: { thread: 1, via: 'free', stack: [{ module: '/x/app', offset: '0x4000' }, {}, {}, {}] },
      births: [
        { count: 4, size: 24, world: 'c', probable: true, stack: [{ offset: '0x2000' }] },
        { count: 1, size: 16, stack: [{ offset: '0x1000' }] },
      ],
    },
    { id: '000000000000abc0', count: 3, births: [] },
  ]);
  expect(releaseSites?.[1]).not.toHaveProperty('skipped');
});

it('adds up what a forked child released at the same site', async () => {
  const writer = ledger().fork(200);
  writer.release({ site: 0xabc0n, count: 4, bytes: 2, world: 1, function: 2, stack: FREED });
  const { releaseSites } = await judged(writer);
  expect(releaseSites?.map(({ count, bytes }) => [count, bytes])).toEqual([
    [7, 50],
    [5, 80],
  ]);
});

it('says of a finding at which site it happened, however deep the recursion', async () => {
  const writer = ledger().stack(150, 2, [0x10_4001, 0x10_4101, 0x10_4101, 0x10_4101, 0x10_4201]);
  const twice = { code: 2, birth_world: 1, release_world: 1, function: 2, size: 16, pointer: 0x1000 };
  writer.finding({ ...twice, block: 0x1000, death_stack: 150 });
  writer.finding({ ...twice, block: 0x2000, death_stack: BORN });
  const { findings } = await judged(writer);
  expect(findings.map(({ releaseSite }) => releaseSite)).toEqual(['000000000000def0', undefined]);
});
