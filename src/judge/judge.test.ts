import { describe, expect, it } from 'vitest';
import { decodeLedger } from '../ledger/decode.ts';
import { LedgerWriter } from '../ledger/ledger-writer.fixture.ts';
import { judge } from './judge.ts';
import { C, crossFree, EXITED, FACTS, FUNCTIONS, RUST, run, usual } from './run.fixture.ts';
import { parseSuppressions } from './suppressions.ts';

it('names an allocator of the lab whose module is told of after the world', async () => {
  const writer = usual().provider(RUST, 9, 0);
  writer.module(9, '/x/dist/allocators/libdebug.so', 0x70_0000, 0x80_0000);
  expect((await run(writer)).arrangement.rust).toBe('debug');
});

describe('judge', () => {
  it('finds a run without findings clean, with what was counted', async () => {
    const writer = usual(new LedgerWriter({ unknown_releases: 2 })).slot(100, 100, { [C]: 10, [RUST]: 4 });
    expect(await run(writer)).toEqual({
      schema: 'crossfree/run@1',
      command: ['./app'],
      arrangement: { c: 'glibc' },
      outcome: EXITED,
      verdict: 'clean',
      coverage: 'full',
      findings: [],
      processes: [{ pid: 100, command: ['./app'], outcome: EXITED }],
      observed: { allocations: { c: 10, rust: 4 }, gaps: [], unknownReleases: 2 },
    });
  });

  it.each([
    ['SIGSEGV', undefined, 'crashed'],
    ['SIGABRT', "app: main.c:3: main: Assertion `0' failed.\n", 'crashed'],
    ['SIGABRT', 'free(): invalid pointer\n', 'caught'],
    ['SIGABRT', '*** stack smashing detected ***: terminated\n', 'caught'],
    ['SIGKILL', undefined, 'killed'],
    ['SIGPIPE', undefined, 'killed'],
  ])('judges an end by %s with the message %s: %s', async (signal, message, verdict) => {
    const writer = message === undefined ? usual() : usual().message(message);
    const result = await run(writer, { kind: 'signal', signal });
    expect(result.verdict).toBe(verdict);
    expect(result.outcome).toEqual(
      message === undefined ? { kind: 'signal', signal } : { kind: 'signal', signal, message },
    );
  });

  it('judges a time-out as hung, findings or not', async () => {
    expect((await run(usual().finding(crossFree), { kind: 'timeout', afterMs: 10 })).verdict).toBe('hung');
  });

  it('is unobservable without any ledger', async () => {
    const obstacle = { module: '/x/app', reason: 'statically linked', remedy: 'link it dynamically' };
    const result = await judge({
      command: ['./app'],
      facts: { ...FACTS, obstacle },
      outcome: EXITED,
      rootPid: 100,
      ledgers: [],
      onFinding: 'heal',
    });
    expect(result).toMatchObject({
      verdict: 'unobservable',
      coverage: 'none',
      observed: { gaps: [obstacle] },
    });
  });

  it('says each gap once', async () => {
    const { coverage, observed } = await run(usual().gap(2, 2).gap(2, 2).gap(3, 1, '__rust_dealloc'));
    expect(coverage).toBe('partial');
    expect(observed.gaps).toMatchObject([
      { module: '/x/libfoo.so', remedy: expect.stringContaining('strip = false') },
      { module: '/x/app', reason: expect.stringContaining('__rust_dealloc') },
    ]);
  });

  it('hides what is suppressed, and says which rules hid nothing', async () => {
    const suppressions = parseSuppressions('code=CF001 module=app\n\ncode=CF002\n', 'rules');
    const ledgers = [decodeLedger(usual().finding(crossFree).bytes(), 'x')];
    const input = {
      command: ['./app'],
      facts: FACTS,
      outcome: EXITED,
      rootPid: 100,
      ledgers,
      functions: FUNCTIONS,
    };
    const result = await judge({ ...input, onFinding: 'heal', suppressions });
    expect(result).toMatchObject({
      verdict: 'clean',
      findings: [],
      suppressed: { count: 1, unused: ['rules:3: code=CF002'] },
    });
  });
});
