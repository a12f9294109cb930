import type { FlagRule } from './rule.ts';

const tcmalloc = { by: 'tcmalloc', check: true, signal: 'SIGABRT' };
const jemalloc = { by: 'jemalloc', check: true, signal: 'SIGABRT' };
const mimalloc = { by: 'mimalloc', check: true };
const debug = { by: "the lab's debug allocator", check: true, signal: 'SIGABRT' };
const scudo = { by: 'scudo', check: true, signal: 'SIGABRT' };

const FOREIGN = 'it may be a block of another allocator, which the message cannot tell apart';

export const ALLOCATORS: readonly FlagRule[] = [
  {
    name: 'tcmalloc: Attempt to free invalid pointer',
    ...tcmalloc,
    pattern: /Attempt to free invalid pointer/,
    finding: { code: 'CF003', certainty: 'possible', reason: FOREIGN },
  },
  {
    name: 'tcmalloc: Attempt to realloc invalid pointer',
    ...tcmalloc,
    pattern: /Attempt to realloc(ate)? (an )?invalid pointer/,
    finding: { code: 'CF003', certainty: 'possible', reason: FOREIGN },
  },
  {
    name: 'tcmalloc: Attempt to get the size of an invalid pointer',
    ...tcmalloc,
    pattern: /Attempt to get the size of an invalid pointer/,
  },
  {
    name: 'tcmalloc: already deallocated',
    ...tcmalloc,
    pattern: /memory allocation bug: object at \S+ has been already deallocated/,
    finding: {
      code: 'CF002',
      certainty: 'possible',
      reason: 'a word before the block that was overwritten makes tcmalloc say the same',
    },
  },
  {
    name: 'tcmalloc: memory allocation/deallocation mismatch',
    ...tcmalloc,
    pattern: /memory allocation\/deallocation mismatch at/,
    finding: { code: 'CF001', certainty: 'proven' },
  },
  {
    name: 'tcmalloc: memory stomping bug',
    ...tcmalloc,
    pattern: /memory (stomping|corruption) bug: |Found a corrupted memory buffer in MallocBlock/,
  },
  {
    name: 'tcmalloc: Memory was written to after being freed',
    ...tcmalloc,
    pattern: /Memory was written to after being freed/,
    finding: { code: 'CF007', certainty: 'proven' },
  },
  {
    name: 'jemalloc: size mismatch detected',
    ...jemalloc,
    pattern: /<jemalloc>: size mismatch detected/,
    finding: { code: 'CF004', certainty: 'proven' },
  },
  {
    name: 'jemalloc: Write-after-free detected',
    ...jemalloc,
    pattern: /<jemalloc>: Write-after-free detected/,
    finding: { code: 'CF007', certainty: 'proven' },
  },
  {
    name: 'jemalloc: double free detected',
    ...jemalloc,
    pattern: /<jemalloc>: .{0,40}double[ -]free/i,
    finding: { code: 'CF002', certainty: 'proven' },
  },
  { name: 'jemalloc: invalid deallocation', ...jemalloc, pattern: /<jemalloc>: [Ii]nvalid deallocation/ },
  {
    name: 'jemalloc: error',
    ...jemalloc,
    pattern: /<jemalloc>: (?!.*(invalid conf|malformed|Invalid conf|unsupported))/i,
  },
  {
    name: 'mimalloc: double free detected',
    ...mimalloc,
    pattern: /mimalloc: .{0,60}double free detected/,
    finding: { code: 'CF002', certainty: 'proven' },
  },
  {
    name: 'mimalloc: trying to free an already freed block',
    ...mimalloc,
    pattern: /trying to free an already freed block/,
    finding: { code: 'CF002', certainty: 'proven' },
  },
  {
    name: 'mimalloc: corrupted free list entry',
    ...mimalloc,
    pattern: /mimalloc: .{0,60}corrupted free list entry/,
  },
  {
    name: 'mimalloc: corrupted thread-free list',
    ...mimalloc,
    pattern: /mimalloc: .{0,60}corrupted thread-free list/,
  },
  {
    name: 'mimalloc: buffer overflow in heap block',
    ...mimalloc,
    pattern: /mimalloc: .{0,60}buffer overflow in heap block/,
    finding: { code: 'CF009', certainty: 'proven' },
  },
  {
    name: 'mimalloc: invalid pointer',
    ...mimalloc,
    pattern: /mimalloc: .{0,60}invalid (\(unaligned\) )?pointer/,
    finding: { code: 'CF003', certainty: 'possible', reason: FOREIGN },
  },
  {
    name: 'mimalloc: pointer might not point to a valid heap region',
    ...mimalloc,
    pattern: /pointer might not point to a valid heap region/,
  },
  { name: 'mimalloc: error', ...mimalloc, pattern: /mimalloc: (error|assertion)/ },
  {
    name: 'scudo: corrupted chunk header',
    ...scudo,
    pattern: /Scudo ERROR: corrupted chunk header/,
  },
  { name: 'scudo: race on chunk header', ...scudo, pattern: /Scudo ERROR: race on chunk header/ },
  {
    name: 'scudo: invalid chunk state',
    ...scudo,
    pattern: /Scudo ERROR: invalid chunk state/,
    finding: { code: 'CF002', certainty: 'proven' },
  },
  {
    name: 'scudo: misaligned pointer',
    ...scudo,
    pattern: /Scudo ERROR: misaligned pointer/,
    finding: { code: 'CF003', certainty: 'proven' },
  },
  {
    name: 'scudo: allocation type mismatch',
    ...scudo,
    pattern: /Scudo ERROR: allocation type mismatch/,
    finding: { code: 'CF001', certainty: 'proven' },
  },
  {
    name: 'scudo: invalid sized delete',
    ...scudo,
    pattern: /Scudo ERROR: invalid sized delete/,
    finding: { code: 'CF004', certainty: 'proven' },
  },
  { name: 'scudo: error', ...scudo, pattern: /Scudo ERROR: / },
  {
    name: 'debug allocator: double free',
    ...debug,
    pattern: /debug allocator: \w+\(\S+\): double free/,
    finding: { code: 'CF002', certainty: 'proven' },
  },
  {
    name: 'debug allocator: pointer into the middle of a block',
    ...debug,
    pattern: /debug allocator: \w+\(\S+\): pointer into the middle/,
    finding: { code: 'CF003', certainty: 'proven' },
  },
  {
    name: 'debug allocator: foreign pointer',
    ...debug,
    pattern: /debug allocator: \w+\(\S+\): foreign pointer/,
    finding: { code: 'CF003', certainty: 'possible', reason: FOREIGN },
  },
  { name: 'debug allocator: error', ...debug, pattern: /debug allocator: / },
];
