import { type Mapping, type MemoryImage, mappingAt } from '../memory.ts';
import { type GlibcLayout, HEAP_MAXIMUM, LAST_BIN } from './layout.ts';

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
  /** The most blocks that a tcache bin takes; 7 unless tuned. */
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
      if (largest > 1032n || binsFor(largest) !== bins || count > 65535n) continue;
      if (word(at - 16) > word(at - 8)) continue;
      if (!isBelievable(base, bins === 64n && largest === 1032n && count === 7n)) continue;
      // n_mmaps, n_mmaps_max, max_n_mmaps, no_dyn_threshold, then two words; newer: padding between
      const [mmaps, most] = layout.heapInfo === 48n ? [at - 36, at - 28] : [at - 32, at - 24];
      if (bytes.readInt32LE(mmaps) < 0 || bytes.readInt32LE(mmaps) > bytes.readInt32LE(most)) continue;
      const hugePages = layout.heapInfo === 48n ? word(at - 48) : 0n;
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

/** tcache_bins for the largest block that a tcache takes. */
function binsFor(largest: bigint): bigint {
  const chunk = largest + 8n < 32n ? 32n : (largest + 8n + 15n) & ~15n;
  return (chunk - 32n) / 16n + 1n;
}
