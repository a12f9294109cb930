import type { MemoryReader } from '../memory.ts';
import { classSize, SIZE_CLASSES, SMALL_CLASSES } from './size-class.ts';

/** A run of pages, as jemalloc 5.3 describes it. */
export interface Extent {
  /** Where its memory begins; of a large block the block itself. */
  address: bigint;
  /** Bytes, whole pages. */
  size: bigint;
  arena: number;
  /** `active`: handed out, or a slab. The others lie in reserve. */
  state: 'active' | 'dirty' | 'muzzy' | 'retained' | 'changing';
  isSlab: boolean;
  /** Index of the size class; absent for one in reserve. */
  sizeClass?: number;
  /** Of a slab: regions that are free, and which. */
  free: number;
  isFree: (region: number) => boolean;
}

const SIZE = 128;
const BITMAP_AT = 64;
const STATES = ['active', 'dirty', 'muzzy', 'retained', 'changing', 'changing'] as const;

/** The description at an address; undefined where none can be, by what it says of itself. */
export function readExtent(memory: MemoryReader, at: bigint): Extent | undefined {
  if (at === 0n || (at & 127n) !== 0n) return undefined;
  const bytes = memory.read(at, SIZE);
  if (!bytes) return undefined;
  const bits = bytes.readBigUInt64LE(0);
  const address = bytes.readBigUInt64LE(8);
  const size = bytes.readBigUInt64LE(16) & ~0xfffn;
  const state = STATES[Number((bits >> 17n) & 7n)];
  const isSlab = ((bits >> 12n) & 1n) === 1n;
  const sizeClass = Number((bits >> 20n) & 255n);
  const free = Number((bits >> 28n) & 1023n);
  if (state === undefined || size === 0n || address === 0n || address + size > 1n << 48n) return undefined;
  if (sizeClass > SIZE_CLASSES || (state === 'active' && sizeClass === SIZE_CLASSES)) return undefined;
  if (isSlab && (sizeClass >= SMALL_CLASSES || (address & 0xfffn) !== 0n)) return undefined;
  if (isSlab && state === 'active') {
    const regions = Math.floor(Number(size) / classSize(sizeClass));
    let counted = 0;
    for (let region = 0; region < regions; region++) if (isSet(bytes, region)) counted += 1;
    if (counted !== free) return undefined;
  }
  return {
    ...{ address, size, state, isSlab, free },
    arena: Number(bits & 0xfffn),
    ...(sizeClass < SIZE_CLASSES && { sizeClass }),
    isFree: (region) => isSet(bytes, region),
  };
}

/** A region's bit is set while it is free. */
function isSet(bytes: Buffer, region: number): boolean {
  return region < 512 && ((bytes[BITMAP_AT + (region >> 3)] ?? 0) & (1 << (region & 7))) !== 0;
}
