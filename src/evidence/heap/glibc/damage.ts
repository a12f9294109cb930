/** Ways in which glibc's metadata contradicts itself. */
export const DAMAGE_KINDS = {
  'size-zero': 'the size field is zero',
  'size-misaligned': 'the size is no multiple of 16',
  'size-too-small': 'the size is below the smallest chunk, 32 bytes',
  'size-too-big': 'the chunk reaches beyond its heap',
  'mmapped-flag': 'a chunk inside a heap says that it is a mapping of its own',
  'arena-flag': 'the flag NON_MAIN_ARENA is wrong for the heap that the chunk lies in',
  'prev-size': 'the next chunk states another size for this free chunk',
  'prev-inuse': 'the flag PREV_INUSE of the next chunk contradicts the list that holds this chunk',
  'free-in-no-list': 'the next chunk says that this one is free, but no list has it',
  'top-size': 'the top chunk has a size that cannot be',
  'entry-out-of-range': 'a free list points to memory that is no heap',
  'entry-misaligned': 'a free list points to an address that is no multiple of 16',
  'entry-inside-chunk': 'a free list points into a chunk, not to its start',
  'entry-wrong-size': 'a free list holds a chunk of a size that belongs to another list',
  'links-asymmetric': 'forward and backward link of a bin contradict each other',
  'list-order': 'a large bin is not in the order of sizes',
  cycle: 'a free list runs in a circle',
  'count-mismatch': 'the tcache counts another number of blocks than it holds',
  'double-entry': 'a block is in the free lists twice',
  'key-overwritten': 'the second word of a block in the tcache was overwritten after it was freed',
  'arena-links': 'the circle of arenas is broken',
  'heap-info': 'the header of a secondary heap is damaged',
} as const;

export type DamageKind = keyof typeof DAMAGE_KINDS;

/** One place where the allocator's metadata does not add up. */
export interface Damage {
  kind: DamageKind;
  /** The word, entry or chunk that is wrong. */
  address: bigint;
  /** The chunk concerned, by its header, where there is one. */
  chunk?: bigint;
  /** The arena concerned, as `GlibcArena.address`. */
  arena?: bigint;
  /** The thread whose tcache it is about; absent where that could not be told. */
  thread?: number;
  /** One sentence with the values found and expected. */
  what: string;
  /** What glibc says when it notices; it notices only some, and only when it comes by. */
  message?: string;
}
