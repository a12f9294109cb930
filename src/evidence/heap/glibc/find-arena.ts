import { type Mapping, type MemoryImage, mappingAt } from '../memory.ts';
import { sizeOf } from './chunk.ts';
import { type GlibcLayout, HEAP_MAXIMUM, LAST_BIN, layoutForms, SMALLEST_CHUNK } from './layout.ts';

const LARGEST_DATA = 16 << 20;
/** So many bins that point at themselves are no chance. */
const ENOUGH_BINS = 40;

/**
 * main_arena, without symbols: the place in a library's data where an array of bins stands, most of them
 * empty and so pointing at themselves. Undefined where malloc was never used.
 */
export function findMainArena(
  image: MemoryImage,
  parts: readonly Mapping[],
  layout: GlibcLayout,
): bigint | undefined {
  let best: { address: bigint; bins: number } | undefined;
  const bins = Number(layout.arena.bins);
  const size = Number(layout.arena.size);
  for (const { start, end } of parts) {
    const bytes = image.read(start, Math.min(Number(end - start), LARGEST_DATA));
    if (!bytes) continue;
    for (let at = 0; at + size <= bytes.length; at += 8) {
      if (!looksEmpty(bytes, at, bins, start, LAST_BIN - 1)) continue; // the one that is never used
      let count = 0;
      for (let bin = 0; bin < LAST_BIN; bin++) if (looksEmpty(bytes, at, bins, start, bin)) count++;
      if (count >= ENOUGH_BINS && count > (best?.bins ?? 0))
        best = { address: start + BigInt(at), bins: count };
    }
  }
  return best?.address;
}

/** Does the bin, counted from 0, of an arena at `at` point at itself? */
function looksEmpty(bytes: Buffer, at: number, bins: number, start: bigint, bin: number): boolean {
  const place = at + bins + 16 * bin;
  const low = bytes.readUInt32LE(place);
  const self = start + BigInt(place - 16);
  if (low !== Number(self & 0xffffffffn)) return false;
  return bytes.readBigUInt64LE(place) === self && bytes.readBigUInt64LE(place + 8) === self;
}

/** What of glibc's parameters (mp_) a decoder needs. */
export interface Parameters {
  /** Where the main heap begins. */
  sbrkBase: bigint;
  tcacheBins: number;
  /** The most blocks that a tcache bin takes. */
  tcacheCount: bigint;
  /** Blocks that are mappings of their own, and their bytes. */
  mmaps: number;
  mmappedBytes: bigint;
  /** The size of a secondary heap and its alignment, bytes. */
  heapMaximum: bigint;
}

/** mp_, without symbols: by the values that belong together. Undefined where nothing fits. */
export function findParameters(
  image: MemoryImage,
  parts: readonly Mapping[],
  layout: GlibcLayout,
): Parameters | undefined {
  // the values that nobody tuned first: others are small numbers that stand together elsewhere too
  return (
    parametersIn(
      image,
      parts,
      layout,
      (base, isDefault) => isDefault && (base === 0n || isMapped(image, base)),
    ) ?? parametersIn(image, parts, layout, (base) => mappingAt(image.mappings, base)?.path === '[heap]')
  );
}

function isMapped(image: MemoryImage, address: bigint): boolean {
  return mappingAt(image.mappings, address)?.permissions.startsWith('rw') === true;
}

function parametersIn(
  image: MemoryImage,
  parts: readonly Mapping[],
  layout: GlibcLayout,
  isBelievable: (base: bigint, isDefault: boolean) => boolean,
): Parameters | undefined {
  for (const { start, end } of parts) {
    const bytes = image.read(start, Math.min(Number(end - start), LARGEST_DATA));
    if (!bytes) continue;
    const word = (at: number) => bytes.readBigUInt64LE(at);
    for (let at = 96; at + 40 <= bytes.length; at += 8) {
      // sbrk_base, tcache_bins, tcache_max_bytes, tcache_count, tcache_unsorted_limit
      if (bytes.readUInt32LE(at + 8) > 64 || bytes.readUInt32LE(at + 8) < 1 || word(at + 8) > 64n) continue;
      const [base, bins, largest, count] = [word(at), word(at + 8), word(at + 16), word(at + 24)];
      if (!belongTogether(layout, bins, largest) || count > 65535n) continue;
      if (word(at - 16) > word(at - 8)) continue;
      if (!isBelievable(base, isUntuned(layout, bins, largest, count))) continue;
      // n_mmaps, n_mmaps_max, max_n_mmaps, no_dyn_threshold, then two words; newer: padding between
      const [mmaps, most] = layout.heapInfo === 48n ? [at - 36, at - 28] : [at - 32, at - 24];
      if (bytes.readInt32LE(mmaps) < 0 || bytes.readInt32LE(mmaps) > bytes.readInt32LE(most)) continue;
      const hugePages = layout.hugeHeaps ? word(at - 48) : 0n;
      return {
        sbrkBase: base,
        tcacheBins: Number(bins),
        tcacheCount: count,
        mmaps: bytes.readInt32LE(mmaps),
        mmappedBytes: word(at - 16),
        heapMaximum: hugePages > 0n && hugePages < 1n << 40n ? hugePages * 4n : HEAP_MAXIMUM,
      };
    }
  }
  return undefined;
}

/** The largest block that a bin for one size takes. */
const LARGEST_SMALL = 1032n;
const LARGEST_CHUNK = 4n << 20n;

/** Whether `bins` are as many as blocks of up to `largest` bytes need. Since 2.42 that is a chunk's size, often and one. */
function belongTogether({ tcache }: GlibcLayout, bins: bigint, largest: bigint): boolean {
  const all = BigInt(tcache.smallBins);
  if (tcache.counts === 'blocks') return largest <= LARGEST_SMALL && binsFor(largest + 8n) === bins;
  if (largest === LARGEST_SMALL) return bins === all; // the first 2.42
  const chunk = largest & ~1n;
  if ((chunk & 15n) !== 0n || chunk < SMALLEST_CHUNK || chunk > LARGEST_CHUNK) return false;
  return bins === (binsFor(chunk) < all ? binsFor(chunk) : all);
}

function isUntuned({ tcache }: GlibcLayout, bins: bigint, largest: bigint, count: bigint): boolean {
  const known = tcache.counts === 'blocks' ? [LARGEST_SMALL] : [LARGEST_SMALL, LARGEST_SMALL + 9n];
  return bins === BigInt(tcache.smallBins) && count === tcache.fill && known.includes(largest);
}

/** So many bins for one size each reach up to chunks of `bytes`. */
function binsFor(bytes: bigint): bigint {
  const chunk = bytes < SMALLEST_CHUNK ? SMALLEST_CHUNK : (bytes + 15n) & ~15n;
  return (chunk - SMALLEST_CHUNK) / 16n + 1n;
}

/**
 * Whether the arena that follows the main one has another form than the version says: then somebody changed glibc,
 * and nothing of it is known. Its last bin, which is never used, tells.
 */
export function hasOtherForm(image: MemoryImage, main: bigint, layout: GlibcLayout): boolean {
  const next = image.read(main + layout.arena.next, 8)?.readBigUInt64LE();
  if (next === undefined || isArena(image, next, layout)) return false;
  return layoutForms().some((form) => isArena(image, next, form));
}

/** The newest layout that fits, of a library that does not tell its version. */
export function guessLayout(
  image: MemoryImage,
  parts: readonly Mapping[],
): GlibcLayout & { version: string } {
  const forms = layoutForms();
  const fits = (form: GlibcLayout): boolean => {
    const main = findMainArena(image, parts, form);
    const parameters = findParameters(image, parts, form);
    if (main === undefined || !parameters || hasOtherForm(image, main, form)) return false;
    // from 2.26 to 2.42 a tcache is the main heap's first chunk
    const first = image.read(((parameters.sbrkBase + 15n) & ~15n) + 8n, 8)?.readBigUInt64LE();
    return form.fastBins === 0 || (first !== undefined && sizeOf(first) === form.tcache.chunk);
  };
  return (forms.find(fits) ?? forms.at(-1)) as GlibcLayout & { version: string };
}

function isArena(image: MemoryImage, at: bigint, { arena }: GlibcLayout): boolean {
  const place = at + arena.bins + BigInt(16 * (LAST_BIN - 1));
  const links = image.read(place, 16);
  return links?.readBigUInt64LE(0) === place - 16n && links.readBigUInt64LE(8) === place - 16n;
}
