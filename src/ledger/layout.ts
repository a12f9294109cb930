import { struct } from './struct.ts';

/** The structs of `runtime/ledger_format.h`, by their names there. A test holds both together. */

export const LEDGER_MAGIC = 0x5245_4744_454c_4643n;
export const LEDGER_VERSION = 2;
export const LEDGER_HEADER_SIZE = 4096;
export const LEDGER_SLOTS = 128;
export const LEDGER_WORLDS = 64;
export const LEDGER_RANGES = 2048;
export const LEDGER_QUESTION_AT = 3584;
export const LEDGER_COMMAND_MAX = 3072;
export const RECORD_MAGIC = 0xcf1d;

const header = { magic: 'u16', type: 'u16', length: 'u32', pid: 'i32', tid: 'i32' } as const;

/** Without `command`, the array that follows these fields. */
export const LedgerHeader = struct({
  magic: 'address',
  version: 'u32',
  records_at: 'u32',
  pid: 'i32',
  parent_pid: 'i32',
  started_ns: 'size',
  allocated: 'size',
  most: 'size',
  cursor: 'size',
  dropped: 'size',
  untracked: 'size',
  unknown_releases: 'size',
  flags: 'u32',
  exit_code: 'i32',
  command_length: 'u32',
  reserved: 'u32',
});

/** What a process asks of the one that started it. */
export const LedgerQuestion = struct({
  state: 'u32',
  kind: 'u32',
  pid: 'i32',
  tid: 'i32',
  address: 'address',
  thread_pointer: 'address',
  stack_pointer: 'address',
  start: 'address',
  end: 'address',
  answer: 'u32',
  range_count: 'u32',
  tended: 'u32',
  unheard: 'u32',
});

export const LedgerRange = struct({ start: 'address', end: 'address' });

/** Without `allocations`, the array of 64-bit counts that follows these fields. */
export const LedgerSlot = struct({ tid: 'i32', pid: 'i32', stack_high: 'size' });
export const SLOT_SIZE = LedgerSlot.size + 8 * LEDGER_WORLDS;
export const RANGES_AT = LEDGER_HEADER_SIZE + LEDGER_SLOTS * SLOT_SIZE;

export const RecordHeader = struct(header);

export const RecordModule = struct({
  ...header,
  id: 'u32',
  flags: 'u32',
  base: 'size',
  start: 'size',
  end: 'size',
  path_length: 'u32',
  build_id_length: 'u32',
});

/** Of `moduleGone` and `moduleBack`. */
export const RecordModuleMove = struct({ ...header, id: 'u32', reserved: 'u32' });

export const RecordWorld = struct({ ...header, id: 'u32', kind: 'u32', module: 'u32', flags: 'u32' });

export const RecordStack = struct({
  ...header,
  id: 'u32',
  function: 'u32',
  block: 'address',
  frame_count: 'u32',
  truncated: 'u32',
});

export const RecordFinding = struct({
  ...header,
  code: 'u32',
  act: 'u32',
  count: 'size',
  pointer: 'address',
  block: 'address',
  size: 'maybeSize',
  alignment: 'size',
  given_size: 'maybeSize',
  given_alignment: 'size',
  birth_world: 'u32',
  release_world: 'u32',
  birth_stack: 'u32',
  death_stack: 'u32',
  birth_exact: 'u32',
  function: 'u32',
  where: 'u32',
  where_module: 'u32',
  released_at: 'size',
  other_block: 'address',
  other_size: 'maybeSize',
  other_stack: 'u32',
  same_allocator: 'u32',
  doubt: 'u32',
  reserved: 'u32',
});

export const RecordCause = struct({
  ...header,
  stack: 'u32',
  reserved: 'u32',
  pointer: 'address',
  block: 'address',
  size: 'maybeSize',
  given_size: 'maybeSize',
});

export const RecordPair = struct({
  ...header,
  count: 'size',
  block: 'address',
  size: 'maybeSize',
  birth_world: 'u32',
  release_world: 'u32',
  birth_stack: 'u32',
  death_stack: 'u32',
  function: 'u32',
  birth_exact: 'u32',
});

export const RecordGap = struct({
  ...header,
  reason: 'u32',
  module: 'u32',
  detail_length: 'u32',
  reserved: 'u32',
});

export const RecordProvider = struct({
  ...header,
  world: 'u32',
  module: 'u32',
  allocator: 'u32',
  reserved: 'u32',
});

export const RecordMessage = struct({ ...header, text_length: 'u32', reserved: 'u32' });

export const RecordFork = struct({ ...header, parent_pid: 'i32', reserved: 'i32' });

export const RecordExit = struct({ ...header, code: 'i32', reserved: 'i32' });

export const RecordRelease = struct({
  ...header,
  site: 'address',
  count: 'size',
  bytes: 'size',
  world: 'u32',
  function: 'u32',
  stack: 'u32',
  left_out: 'u32',
});

export const RecordReleaseBirth = struct({
  ...header,
  site: 'address',
  count: 'size',
  block: 'address',
  size: 'maybeSize',
  world: 'u32',
  birth_stack: 'u32',
  birth_exact: 'u32',
  reserved: 'u32',
});

export const RecordExec = struct({ ...header, path_length: 'u32', preserved: 'u32' });

export const RecordUser = struct({ ...header, user: 'u32', reserved: 'u32' });

export const RecordCrash = struct({
  ...header,
  signal: 'i32',
  code: 'i32',
  address: 'address',
  level: 'u32',
  sender: 'i32',
  trap: 'size',
  error: 'size',
  r8: 'address',
  r9: 'address',
  r10: 'address',
  r11: 'address',
  r12: 'address',
  r13: 'address',
  r14: 'address',
  r15: 'address',
  rdi: 'address',
  rsi: 'address',
  rbp: 'address',
  rbx: 'address',
  rdx: 'address',
  rax: 'address',
  rcx: 'address',
  rsp: 'address',
  rip: 'address',
  flags: 'address',
  frame_count: 'u32',
  truncated: 'u32',
  code_length: 'u32',
  reserved: 'u32',
});

export const RecordCrashBlock = struct({
  ...header,
  start: 'address',
  size: 'maybeSize',
  alignment: 'size',
  state: 'u32',
  world: 'u32',
  birth_stack: 'u32',
  birth_exact: 'u32',
  released_at: 'size',
  pointer: 'address',
});

export const RecordCrashMemory = struct({ ...header, start: 'address', byte_count: 'u32', reserved: 'u32' });

export const RecordCrashEnd = struct({ ...header, signal: 'u32', reserved: 'u32' });
