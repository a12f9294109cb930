import { struct } from '../struct.ts';

/** `runtime/trace/format.h`. */
export const TRACE_MAGIC = 0x3145_4341_5254_4643n;
export const BLOCK_MAGIC = 0x4b43_4f4c_4254_4643n;
export const TRACE_VERSION = 2;
export const HEADER_SIZE = 4096;
export const BLOCK_SIZE = 131072;
export const DISTANCE_BITS = 22;
export const SLOT_BITS = 10;
export const SIZE_BITS = 14;
export const TICKS_BITS = 14;
export const Form = { other: 0, release: 1, birth: 2, ticks: 3 } as const;
export const Kind = {
  end: 0,
  time: 1,
  thread: 2,
  site: 3,
  farRelease: 4,
  move: 5,
  farBirth: 6,
  retag: 7,
} as const;
export const TraceFlag = { forked: 1, limitReached: 2, notWritable: 4, sandboxed: 8 } as const;

export const TraceHeader = struct({
  magic: 'address',
  version: 'u32',
  flags: 'u32',
  pid: 'i32',
  parent_pid: 'i32',
  ledger_pid: 'size',
  ledger_ns: 'size',
  first_ticks: 'size',
  first_ns: 'size',
  latest_ticks: 'size',
  latest_ns: 'size',
  end: 'size',
  limit: 'size',
  lost_births: 'size',
  lost_bytes: 'size',
  lost_releases: 'size',
  lost_moves: 'size',
});

export const TraceBlock = struct({ magic: 'address', id: 'address', ticks: 'size', thread: 'size' });
