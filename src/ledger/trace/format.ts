import { struct } from '../struct.ts';

/** `runtime/trace/format.h`. */
export const TRACE_MAGIC = 0x3145_4341_5254_4643n;
export const BLOCK_MAGIC = 0x4b43_4f4c_4254_4643n;
export const TRACE_VERSION = 1;
export const HEADER_SIZE = 4096;
export const BLOCK_SIZE = 131072;
export const BLOCK_HEADER = 16;
export const Word = { birth: 1, release: 2, move: 3, time: 4, thread: 5, low: 6, retag: 7 } as const;
export const TraceFlag = { forked: 1, limitReached: 2, notWritable: 4 } as const;

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
