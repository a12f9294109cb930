import { describe, expect, it } from 'vitest';
import type { ProgramFacts } from '../inspect/program.ts';
import { decodeLedger } from '../ledger/decode.ts';
import { LedgerWriter } from '../ledger/ledger-writer.fixture.ts';
import type { Outcome, Run } from '../model/index.ts';
import type { RuntimeFunction } from './functions.ts';
import { judge } from './judge.ts';
import { parseSuppressions } from './suppressions.ts';

const FACTS: ProgramFacts = { requested: './app', executable: './app', path: '/x/app', preloadable: true };
const EXITED: Outcome = { kind: 'exit', code: 0 };

const FUNCTIONS: RuntimeFunction[] = [
  { name: '', shown: '', kind: 'none' },
  { name: 'malloc', shown: 'malloc', kind: 'allocate' },
  { name: 'free', shown: 'free', kind: 'release' },
  { name: 'realloc', shown: 'realloc', kind: 'reallocate' },
  { name: '_ZdlPv', shown: 'operator delete', kind: 'release' },
  { name: '__rust_dealloc', shown: '__rust_dealloc', kind: 'release' },
];
const [MALLOC, FREE, REALLOC, DELETE, DEALLOC] = [1, 2, 3, 4, 5];
const [C, CXX, RUST, OTHER_RUST] = [1, 2, 4, 5];

/** A process with a Rust program, its worlds, and two stacks: 128 in the program's `malloc`, 129 at a release. */
function usual(writer = new LedgerWriter()): LedgerWriter {
  return writer
    .module(1, '/x/app', 0x10_0000, 0x20_0000, 1 | 2 | 4)
    .module(2, '/x/libfoo.so', 0x30_0000, 0x40_0000, 2 | 4)
    .module(3, '/x/libc.so.6', 0x50_0000, 0x60_0000)
    .world(C, 1)
    .world(CXX, 2)
    .provider(C, 3, 1)
    .world(RUST, 4, 1)
    .stack(128, MALLOC, [0x10_1001, 0x10_2001])
    .stack(129, FREE, [0x10_3001]);
}

async function run(writer: LedgerWriter, outcome = EXITED, more: LedgerWriter[] = []): Promise<Run> {
  const ledgers = [writer, ...more].map((one, index) =>
    decodeLedger(one.bytes(['./app']), `${index}.ledger`),
  );
  return judge({
    command: ['./app'],
    facts: FACTS,
    outcome,
    rootPid: 100,
    ledgers,
    onFinding: 'heal',
    functions: FUNCTIONS,
  });
}

const crossFree = {
  code: 1,
  act: 2,
  pointer: 0x55_0010,
  block: 0x55_0010,
  size: 64,
  birth_world: C,
  release_world: RUST,
  birth_stack: 128,
  death_stack: 129,
  function: DEALLOC,
  same_allocator: 1,
};

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

  it('tells a cross-free whole', async () => {
    const { verdict, findings, arrangement } = await run(
      usual()
        .finding(crossFree)
        .slot(100, 100, { [RUST]: 1 }),
    );
    expect(verdict).toBe('latent');
    expect(arrangement).toEqual({ c: 'glibc', rust: 'glibc' });
    expect(findings).toEqual([
      {
        code: 'CF001',
        kind: 'cross-free',
        certainty: 'proven',
        message: 'a 64-byte block from C malloc was released by Rust',
        count: 1,
        worlds: { allocated: 'c', released: 'rust' },
        block: { address: '0x550010', size: 64 },
        birth: {
          thread: 1,
          via: 'malloc',
          stack: [
            { module: '/x/app', offset: '0x1000' },
            { module: '/x/app', offset: '0x2000' },
          ],
        },
        death: { thread: 1, via: '__rust_dealloc', stack: [{ module: '/x/app', offset: '0x3000' }] },
        detail: { act: 'equivalent', sameAllocator: true },
      },
    ]);
  });

  it('tells a reallocation across worlds', async () => {
    const raw = { ...crossFree, birth_world: RUST, release_world: C, function: REALLOC, size: 8 };
    const { findings } = await run(usual().finding(raw));
    expect(findings[0]?.message).toBe('an 8-byte block from Rust was reallocated by C realloc');
  });

  it('names Rust worlds by their modules where a process has several', async () => {
    const writer = usual()
      .world(OTHER_RUST, 4, 2)
      .finding({ ...crossFree, birth_world: RUST, release_world: OTHER_RUST })
      .slot(100, 100, { [OTHER_RUST]: 3 });
    const { findings, observed } = await run(writer);
    expect(findings[0]?.worlds).toEqual({ allocated: 'rust@app', released: 'rust@libfoo.so' });
    expect(findings[0]?.message).toBe('a 64-byte block from Rust in app was released by Rust in libfoo.so');
    expect(observed.allocations).toEqual({ 'rust@libfoo.so': 3 });
  });

  it('tells modules of one file name apart by their folders', async () => {
    const writer = usual()
      .module(7, '/a/plugin/libfoo.so', 0x70_0000, 0x71_0000)
      .world(6, 4, 7)
      .world(OTHER_RUST, 4, 2)
      .finding({ ...crossFree, birth_world: 6, release_world: OTHER_RUST });
    const { findings } = await run(writer);
    expect(findings[0]?.worlds).toEqual({ allocated: 'rust@plugin/libfoo.so', released: 'rust@x/libfoo.so' });
  });

  it('doubts findings that rest on shims recognised by their shape', async () => {
    const writer = usual()
      .world(OTHER_RUST, 4, 2, 2)
      .finding({ ...crossFree, release_world: OTHER_RUST });
    const { findings } = await run(writer);
    expect(findings[0]).toMatchObject({
      certainty: 'possible',
      detail: { reason: expect.stringContaining('libfoo.so has no symbols'), restsOn: '/x/libfoo.so' },
    });
  });

  it('doubts a module’s own operators against the global ones on the same allocator', async () => {
    const mixed = { ...crossFree, birth_world: CXX, release_world: 6, function: DELETE };
    const one = await run(usual().world(6, 2, 2, 1).finding(mixed));
    expect(one.findings[0]).toMatchObject({
      certainty: 'possible',
      worlds: { allocated: 'c++', released: 'c++@libfoo.so' },
      message: 'a 64-byte block from C++ new was released by C++ delete in libfoo.so',
    });
    const other = await run(
      usual()
        .world(6, 2, 2, 1)
        .finding({ ...mixed, same_allocator: 0 }),
    );
    expect(other.findings[0]?.certainty).toBe('proven');
  });

  it('tells a double free with what was kept of the first release', async () => {
    const raw = { ...crossFree, code: 2, act: 4, release_world: C, function: FREE, released_at: 0x10_4001 };
    const { verdict, findings } = await run(usual().finding(raw));
    expect(verdict).toBe('healed');
    expect(findings[0]).toMatchObject({
      code: 'CF002',
      message: 'a 64-byte block from C malloc was released by C free after it had been released',
      detail: { act: 'prevented', released: { stack: [{ module: '/x/app', offset: '0x4000' }] } },
    });
  });

  it.each([
    [1, { pointer: 0x55_0018 }, 'C free was given a pointer 8 bytes inside a 64-byte block from C malloc'],
    [1, { pointer: 0x55_0011 }, 'C free was given a pointer 1 byte inside a 64-byte block from C malloc'],
    [2, { block: 0 }, 'C free was given a pointer to a stack, which no allocator handed out'],
    [
      3,
      { block: 0, where_module: 2 },
      'C free was given a pointer to static data of libfoo.so, which no allocator handed out',
    ],
    [4, { block: 0 }, 'C free was given a pointer to mapped memory that no allocator handed out'],
    [5, { block: 0 }, 'C free was given a pointer to where no memory is'],
  ])('tells an invalid free of place %i', async (where, fields, message) => {
    const raw = { ...crossFree, code: 3, act: 4, release_world: C, function: FREE, where, ...fields };
    const { findings } = await run(usual().finding(raw));
    expect(findings[0]?.message).toBe(message);
    expect(findings[0]?.worlds).toEqual(where === 1 ? { allocated: 'c', released: 'c' } : { released: 'c' });
  });

  it('tells a layout mismatch with both layouts', async () => {
    const raw = {
      ...crossFree,
      code: 4,
      birth_world: RUST,
      size: 560,
      alignment: 1,
      given_size: 44800,
      given_alignment: 8,
    };
    const { findings } = await run(usual().finding(raw));
    expect(findings[0]).toMatchObject({
      code: 'CF004',
      message:
        'a 560-byte block from Rust was released by Rust as if it were 44800 bytes, aligned to 8 instead of 1',
      detail: { expected: { size: 560, alignment: 1 }, actual: { size: 44800, alignment: 8 } },
    });
  });

  it('finds two owners silent', async () => {
    const raw = {
      ...crossFree,
      code: 11,
      act: 1,
      other_block: 0x55_0000,
      other_size: 32,
      other_stack: 129,
      death_stack: 0,
    };
    const { verdict, findings } = await run(usual().finding({ ...raw, birth_stack: 128 }));
    expect(verdict).toBe('silent');
    expect(findings[0]).toMatchObject({
      message: 'C malloc handed out a 64-byte block that overlaps a 32-byte block which is still live',
      worlds: { allocated: 'c' },
      detail: { other: { block: { address: '0x550000', size: 32 }, birth: { via: 'free' } } },
    });
    expect(findings[0]?.death).toBeUndefined();
  });

  it('merges what happened at the same place, in other processes too', async () => {
    const child = new LedgerWriter({ pid: 200, parent_pid: 100, flags: 3, exit_code: 4, started_ns: 9 }, 200)
      .module(1, '/x/app', 0x910_0000, 0x920_0000, 1 | 2 | 4)
      .world(C, 1)
      .world(RUST, 4, 1)
      .stack(300, MALLOC, [0x910_1001, 0x910_2001])
      .stack(301, FREE, [0x910_3001])
      .finding({ ...crossFree, count: 5, birth_stack: 300, death_stack: 301 });
    const parent = usual()
      .finding({ ...crossFree, count: 2 })
      .finding({ ...crossFree, birth_stack: 129 });
    const { findings, processes } = await run(parent, EXITED, [child]);
    expect(findings.map(({ count, pid }) => [count, pid])).toEqual([
      [7, 100],
      [1, 100],
    ]);
    expect(processes).toEqual([
      { pid: 100, command: ['./app'], outcome: EXITED },
      { pid: 200, parent: 100, command: ['./app'], outcome: { kind: 'exit', code: 4 } },
    ]);
  });

  it('follows forked children to their ends', async () => {
    const writer = usual().fork(200).exit(3);
    writer.pid = 100;
    writer.fork(201).message('double free or corruption (out)\n');
    writer.pid = 100;
    writer.fork(202);
    const { processes } = await run(writer);
    expect(processes.map(({ pid, parent, outcome }) => [pid, parent, outcome])).toEqual([
      [100, undefined, EXITED],
      [200, 100, { kind: 'exit', code: 3 }],
      [201, 100, { kind: 'signal', signal: 'SIGABRT', message: 'double free or corruption (out)\n' }],
      [202, 100, { kind: 'unrecorded' }],
    ]);
  });

  it('lists a process that became another program once', async () => {
    const shell = new LedgerWriter({ pid: 200, parent_pid: 100, started_ns: 1 }, 200).exec('/bin/true');
    const program = new LedgerWriter({ pid: 200, parent_pid: 100, flags: 3, started_ns: 2 }, 200);
    const { processes, observed } = await run(usual(), EXITED, [shell, program]);
    expect(processes.map(({ pid }) => pid)).toEqual([100, 200]);
    expect(observed.gaps).toEqual([]);
  });

  it('says that a program was started without the runtime', async () => {
    const { coverage, observed } = await run(usual().fork(200).exec('/usr/bin/env', 0));
    expect(coverage).toBe('partial');
    expect(observed.gaps[0]).toMatchObject({
      module: '/usr/bin/env',
      reason: expect.stringContaining('environment'),
    });
  });

  it('does not take a failed exec for a program', async () => {
    expect((await run(usual().exec('/usr/bin/env', 0).message('still here'))).observed.gaps).toEqual([]);
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
