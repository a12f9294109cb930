import { type FlagRule, literally } from './rule.ts';

const ALIKE = 'an overwritten size word in front of a real block makes glibc say the same';

const PROVES: Record<string, FlagRule['finding']> = {
  'free(): double free detected in tcache 2': { code: 'CF002', certainty: 'proven' },
  'double free or corruption (fasttop)': { code: 'CF002', certainty: 'proven' },
  'double free or corruption (!prev)': {
    code: 'CF002',
    certainty: 'possible',
    reason: 'a write past the block’s end that clears one bit makes glibc say the same',
  },
  'double free or corruption (top)': {
    code: 'CF002',
    certainty: 'possible',
    reason: 'glibc only knows that this block is not in use',
  },
  'free(): invalid pointer': { code: 'CF003', certainty: 'possible', reason: ALIKE },
  'munmap_chunk(): invalid pointer': { code: 'CF003', certainty: 'possible', reason: ALIKE },
  'mremap_chunk(): invalid pointer': { code: 'CF003', certainty: 'possible', reason: ALIKE },
  'realloc(): invalid pointer': { code: 'CF003', certainty: 'possible', reason: ALIKE },
  'free(): invalid size': { code: 'CF003', certainty: 'possible', reason: ALIKE },
  'memory clobbered past end of allocated block': { code: 'CF009', certainty: 'proven' },
  'memory clobbered before allocated block': { code: 'CF010', certainty: 'proven' },
  'block freed twice': { code: 'CF002', certainty: 'proven' },
};

/** As malloc.c, mcheck.c and their older versions have them. */
const MALLOC = [
  ...Object.keys(PROVES),
  'double free or corruption (out)',
  'free(): invalid next size (fast)',
  'free(): invalid next size (normal)',
  'free(): too many chunks detected in tcache',
  'free(): unaligned chunk detected in tcache 2',
  'free(): corrupted unsorted chunks',
  'malloc(): unaligned tcache chunk detected',
  'tcache_thread_shutdown(): unaligned tcache chunk detected',
  'invalid fastbin entry (free)',
  'malloc(): memory corruption (fast)',
  'malloc(): memory corruption',
  'malloc(): unaligned fastbin chunk detected 2',
  'malloc(): unaligned fastbin chunk detected 3',
  'malloc(): unaligned fastbin chunk detected',
  'malloc_consolidate(): unaligned fastbin chunk detected',
  'malloc_consolidate(): invalid chunk size',
  'int_mallinfo(): unaligned fastbin chunk detected',
  '__malloc_info(): unaligned fastbin chunk detected',
  'corrupted size vs. prev_size in fastbins',
  'corrupted size vs. prev_size while consolidating',
  'corrupted size vs. prev_size',
  'corrupted double-linked list (not small)',
  'corrupted double-linked list',
  'malloc(): unsorted double linked list corrupted',
  'malloc(): smallbin double linked list corrupted',
  'malloc(): largebin double linked list corrupted (nextsize)',
  'malloc(): largebin double linked list corrupted (bk)',
  'malloc(): largebin double linked list corrupted (bk_nextsize)',
  'malloc(): corrupted unsorted chunks 2',
  'malloc(): corrupted unsorted chunks 3',
  'malloc(): corrupted unsorted chunks',
  'malloc(): invalid size (unsorted)',
  'malloc(): invalid next size (unsorted)',
  'malloc(): mismatching next->prev_size (unsorted)',
  'malloc(): invalid next->prev_inuse (unsorted)',
  'malloc(): corrupted top size',
  'malloc: top chunk is corrupt',
  'break adjusted to free malloc space',
  'realloc(): invalid old size',
  'realloc(): invalid next size',
  'malloc_check_get_size: memory corruption',
  'bogus mcheck_status, library is buggy',
];

/** Alone on its line; versions before 2.26 wrote `*** Error in `./a.out': MESSAGE: 0x… ***`. */
function message(name: string): RegExp {
  return new RegExp(`(?:^|^.{0,300}': )${literally(name)}(?:$|: 0x)`);
}

const by = 'glibc';
const aborts = { by, check: true, signal: 'SIGABRT' };

export const GLIBC: readonly FlagRule[] = [
  ...MALLOC.map((name) => ({
    name,
    ...aborts,
    pattern: message(name),
    ...(PROVES[name] && { finding: PROVES[name] }),
  })),
  {
    name: 'malloc assertion failure',
    ...aborts,
    pattern:
      /(malloc\.c:\d+: .{0,300}Assertion|Fatal glibc error: malloc assertion failure|Fatal glibc error: malloc\.c:\d+)/,
  },
  {
    name: 'stack smashing detected',
    ...aborts,
    pattern: /\*\*\* stack smashing detected \*\*\*/,
    finding: { code: 'CF009', certainty: 'proven' },
  },
  {
    name: 'buffer overflow detected',
    ...aborts,
    pattern: /\*\*\* buffer overflow detected \*\*\*/,
    finding: { code: 'CF009', certainty: 'proven' },
  },
  {
    name: 'fortify check',
    ...aborts,
    pattern:
      /\*\*\* (%n in writable segment detected|invalid %N\$ use detected|bit out of range 0 - FD_SETSIZE on fd_set|longjmp causes uninitialized stack frame|invalid use of .{0,80}|.{0,40} detected) \*\*\*/,
  },
  { name: 'Fatal glibc error', ...aborts, pattern: /^Fatal (glibc )?error: (?!malloc)/ },
  {
    name: 'another message of malloc',
    ...aborts,
    pattern: /^(free|malloc|realloc|calloc|memalign|aligned_alloc|(munmap|mremap)_chunk)\(\): .+/,
  },
];
