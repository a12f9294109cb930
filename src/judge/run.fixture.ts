import type { ProgramFacts } from '../inspect/program.ts';
import { decodeLedger } from '../ledger/decode.ts';
import { LedgerWriter } from '../ledger/ledger-writer.fixture.ts';
import type { Outcome, Run } from '../model/index.ts';
import type { RuntimeFunction } from './functions.ts';
import { judge } from './judge.ts';

export const FACTS: ProgramFacts = {
  requested: './app',
  executable: './app',
  path: '/x/app',
  preloadable: true,
};
export const EXITED: Outcome = { kind: 'exit', code: 0 };

export const FUNCTIONS: RuntimeFunction[] = [
  { name: '', shown: '', kind: 'none' },
  { name: 'malloc', shown: 'malloc', kind: 'allocate' },
  { name: 'free', shown: 'free', kind: 'release' },
  { name: 'realloc', shown: 'realloc', kind: 'reallocate' },
  { name: '_ZdlPv', shown: 'operator delete', kind: 'release' },
  { name: '__rust_dealloc', shown: '__rust_dealloc', kind: 'release' },
];
export const [MALLOC, FREE, REALLOC, DELETE, DEALLOC] = [1, 2, 3, 4, 5];
export const [C, CXX, RUST, OTHER_RUST] = [1, 2, 4, 5];

/** A process with a Rust program, its worlds, and two stacks: 128 in the program's `malloc`, 129 at a release. */
export function usual(writer = new LedgerWriter()): LedgerWriter {
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

/** What is said of a program whose processes left these ledgers. */
export async function run(writer: LedgerWriter, outcome = EXITED, more: LedgerWriter[] = []): Promise<Run> {
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

/** A C block of 64 bytes that Rust released. */
export const crossFree = {
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
  doubt: 0,
  reserved: 0,
};
