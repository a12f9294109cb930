import { type Mapping, type MemoryImage, mappingAt } from '../memory.ts';

/** Where glibc's malloc keeps what, by version; offsets and sizes in bytes, 64 bit. */
export interface GlibcLayout {
  /** `2.36`; absent where the library's own text could not be read: then the layout is a guess. */
  version?: string;
  tcache: TcacheLayout;
  /** Links of tcache and fastbins are mangled with their own address (2.32 and later). */
  mangled: boolean;
  /** What a block in the tcache carries in its second word. */
  key: 'none' | 'tcache' | 'random';
  /** 0 where there are none: 2.43 and later. */
  fastBins: number;
  heapInfo: bigint;
  /** Secondary heaps grow with the size of huge pages, where those are wished for. */
  hugeHeaps: boolean;
  arena: {
    /** Where the fastbins are, if there are any. */
    fastbins: bigint;
    top: bigint;
    lastRemainder: bigint;
    bins: bigint;
    next: bigint;
    attachedThreads: bigint;
    systemMemory: bigint;
    size: bigint;
  };
}

/** A thread's cache: a number for each bin, then the head of each bin's list. */
export interface TcacheLayout {
  bins: number;
  /** Of the bins so many are for one size each; each further one is for sizes up to the double of the one before. */
  smallBins: number;
  /** Bytes of each number. */
  countBytes: 1 | 2;
  /** What the number of a bin counts: the blocks in it, or the room that is left (2.42 and later). */
  counts: 'blocks' | 'room';
  /** Blocks that a bin takes unless tuned. */
  fill: bigint;
  /** Of the chunk that holds it. */
  chunk: bigint;
}

const SMALL_BINS = 64;
const LARGE_BINS = 12;
/** Bins 1 to 126 are in use; 0 does not exist, 127 stays empty. */
export const LAST_BIN = 127;
export const SMALLEST_CHUNK = 0x20n;
export const HEAP_MAXIMUM = 64n << 20n;

/** Versions whose layout this decoder knows. */
const OLDEST = 26;
const NEWEST = 43;
export const KNOWN_VERSIONS = `2.${OLDEST} to 2.${NEWEST}`;

/** The layout of a released glibc (`2.36`); undefined: an unknown one. What is between releases is unknown. */
export function layoutOf(version: string): GlibcLayout | undefined {
  const minor = Number(/^2\.(\d+)$/.exec(version)?.[1] ?? 0);
  return minor < OLDEST || minor > NEWEST ? undefined : { version, ...layoutOfMinor(minor) };
}

/** The forms that differ in more than what a version's text tells, the newest first; each with its newest version. */
export function layoutForms(): (GlibcLayout & { version: string })[] {
  return [NEWEST, 42, 41].map((minor) => ({ version: `2.${minor}`, ...layoutOfMinor(minor) }));
}

function layoutOfMinor(minor: number): Omit<GlibcLayout, 'version'> {
  const fastBins = minor < 43 ? 10 : 0;
  // have_fastchunks came with 2.27 and went with the fastbins, which stand before all that follows
  const top = minor < 27 ? 88n : minor < 43 ? 96n : 8n;
  return {
    tcache: tcacheOf(minor),
    mangled: minor >= 32,
    key: minor < 29 ? 'none' : minor < 34 ? 'tcache' : 'random',
    fastBins,
    heapInfo: minor < 35 ? 32n : 48n,
    hugeHeaps: minor >= 35 && minor < 42,
    arena: {
      fastbins: top - BigInt(fastBins) * 8n,
      top,
      lastRemainder: top + 8n,
      bins: top + 16n,
      next: top + 2064n,
      attachedThreads: top + 2080n,
      systemMemory: top + 2088n,
      size: top + 2104n,
    },
  };
}

function tcacheOf(minor: number): TcacheLayout {
  const bins = minor < 42 ? SMALL_BINS : SMALL_BINS + LARGE_BINS;
  const countBytes = minor < 30 ? 1 : 2;
  return {
    bins,
    smallBins: SMALL_BINS,
    countBytes,
    counts: minor < 42 ? 'blocks' : 'room',
    fill: minor < 43 ? 7n : 16n,
    // a header's half is the user's as well
    chunk: (BigInt(bins * (countBytes + 8)) + 8n + 15n) & ~15n,
  };
}

const LIBC = /\/libc(?:\.so\.6|-2\.\d+\.so)(?: \(deleted\))?$/;

/** The mappings of each C library in a process: more than one where dlmopen made namespaces. */
export function libraries(mappings: readonly Mapping[]): Mapping[][] {
  const groups: Mapping[][] = [];
  for (const mapping of mappings.filter(({ path }) => LIBC.test(path))) {
    const group = groups.at(-1);
    // a module is mapped from its file's beginning upwards
    if (group && group[0]?.path === mapping.path && mapping.offset > (group.at(-1)?.offset ?? 0n))
      group.push(mapping);
    else groups.push([mapping]);
  }
  return groups;
}

const LARGEST_SCAN = 8 << 20;

/** What the library says of itself: `2.36`, or `2.42.9000` of what came between two releases. */
export function versionOf(image: MemoryImage, library: readonly Mapping[]): string | undefined {
  for (const { start, end, permissions } of library) {
    if (permissions[1] === 'w') continue;
    const bytes = image.read(start, Math.min(Number(end - start), LARGEST_SCAN));
    const at = bytes?.indexOf('GNU C Library (') ?? -1;
    if (!bytes || at < 0) continue;
    const text = bytes.toString('latin1', at, at + 200);
    const version = /release version (2(?:\.\d+)+)/.exec(text)?.[1];
    if (version !== undefined) return version;
  }
  return undefined;
}

/** The writable parts of a library: its data, and the anonymous memory right behind it (its bss). */
export function writableParts(image: MemoryImage, library: readonly Mapping[]): Mapping[] {
  const parts = library.filter(({ permissions }) => permissions.startsWith('rw'));
  const end = library.at(-1)?.end;
  const behind = end === undefined ? undefined : mappingAt(image.mappings, end);
  if (behind && behind.path === '' && behind.permissions.startsWith('rw')) parts.push(behind);
  return parts;
}
