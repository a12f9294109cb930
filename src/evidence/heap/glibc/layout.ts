import { type Mapping, type MemoryImage, mappingAt } from '../memory.ts';

/** Where glibc's malloc keeps what, by version; offsets and sizes in bytes, 64 bit. */
export interface GlibcLayout {
  /** `2.36`; absent where the library's own text could not be read: then the newest known layout is used. */
  version?: string;
  /** tcache: bytes of each count. */
  countBytes: 1 | 2;
  /** Links of tcache and fastbins are mangled with their own address (2.32 and later). */
  mangled: boolean;
  /** What a block in the tcache carries in its second word. */
  key: 'none' | 'tcache' | 'random';
  /** The size of a chunk that holds a thread's tcache. */
  tcacheChunk: bigint;
  heapInfo: bigint;
  arena: {
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

export const TCACHE_BINS = 64;
export const FAST_BINS = 10;
/** Bins 1 to 126 are in use; 0 does not exist, 127 stays empty. */
export const LAST_BIN = 127;
export const SMALLEST_CHUNK = 0x20n;
export const HEAP_MAXIMUM = 64n << 20n;

/** Versions whose layout this decoder knows. */
const OLDEST = 26;
const NEWEST = 41;

/** The layout of glibc `version` (`2.36`), the newest known for undefined; undefined: an unknown one. */
export function layoutOf(version: string | undefined): GlibcLayout | undefined {
  const minor = version === undefined ? NEWEST : minorOf(version);
  if (minor === undefined || minor < OLDEST || minor > NEWEST) return undefined;
  const shift = minor === 26 ? -8n : 0n; // have_fastchunks came with 2.27
  const countBytes = minor < 30 ? 1 : 2;
  return {
    ...(version !== undefined && { version }),
    countBytes,
    mangled: minor >= 32,
    key: minor < 29 ? 'none' : minor < 34 ? 'tcache' : 'random',
    tcacheChunk: countBytes === 1 ? 0x250n : 0x290n,
    heapInfo: minor < 35 ? 32n : 48n,
    arena: {
      fastbins: 16n + shift,
      top: 96n + shift,
      lastRemainder: 104n + shift,
      bins: 112n + shift,
      next: 2160n + shift,
      attachedThreads: 2176n + shift,
      systemMemory: 2184n + shift,
      size: 2200n + shift,
    },
  };
}

function minorOf(version: string): number | undefined {
  const parts = /^2\.(\d+)/.exec(version);
  return parts ? Number(parts[1]) : undefined;
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

/** What the library says of itself: `stable release version 2.36`. */
export function versionOf(image: MemoryImage, library: readonly Mapping[]): string | undefined {
  for (const { start, end, permissions } of library) {
    if (permissions[1] === 'w') continue;
    const bytes = image.read(start, Math.min(Number(end - start), LARGEST_SCAN));
    const at = bytes?.indexOf('GNU C Library (') ?? -1;
    if (!bytes || at < 0) continue;
    const text = bytes.toString('latin1', at, at + 200);
    const version = /release version (2\.\d+)/.exec(text)?.[1];
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
