import { type Mapping, type MemoryImage, mappingAt } from '../memory.ts';
import { type Extent, readExtent } from './extent.ts';

/** Both levels of the tree take 18 bits of an address with 48 bits and pages of 4 KiB. */
const ENTRIES = 1 << 18;
const TABLE = ENTRIES * 8;
const LOW = BigInt(ENTRIES - 1);
const EXTENT = 0x0000_ffff_ffff_ff80n;
const LARGEST_DATA = 64 << 20;
/** So many pages that lead to the extent that they belong to are no chance. */
const ENOUGH = 2;
const MOST_LOOKED_AT = 4096;

/** jemalloc's map from pages to extents. */
export class PageMap {
  readonly #image: MemoryImage;
  readonly #root: bigint;
  readonly #leaves = new Map<bigint, Buffer | undefined>();

  private constructor(image: MemoryImage, root: bigint) {
    this.#image = image;
    this.#root = root;
  }

  /** The map, found without symbols: a table in a module's data whose entries lead to extents that say so too. */
  static find(image: MemoryImage): PageMap | undefined {
    for (const part of largeData(image.mappings)) {
      const bytes = image.read(part.start, Math.min(Number(part.end - part.start), LARGEST_DATA));
      if (!bytes) continue;
      for (let at = 0; at + 8 <= bytes.length; at += 8) {
        if (bytes.readUInt32LE(at) === 0) continue;
        const root = rootBy(image, part.start + BigInt(at), bytes.readBigUInt64LE(at));
        if (root !== undefined && root >= part.start && root + BigInt(TABLE) <= part.end)
          return new PageMap(image, root);
      }
    }
    return undefined;
  }

  /** The extent that an address lies in. */
  extentAt(address: bigint): Extent | undefined {
    if (address >= 1n << 48n) return undefined;
    const leaf = this.#leaf(address >> 30n);
    if (!leaf) return undefined;
    // of an extent that is no slab only the first and the last page are entered; an entry that was taken back keeps
    // bits beside its pointer
    for (let index = Number((address >> 12n) & LOW); index >= 0; index--) {
      if (leaf.readUInt32LE(index * 8) < 128 && leaf.readUInt16LE(index * 8 + 4) === 0) continue;
      const extent = readExtent(this.#image, leaf.readBigUInt64LE(index * 8) & EXTENT);
      if (!extent) return undefined;
      const start = extent.address & ~0xfffn;
      return address >= start && address < start + extent.size ? extent : undefined;
    }
    return undefined;
  }

  #leaf(top: bigint): Buffer | undefined {
    if (!this.#leaves.has(top)) {
      const pointer = this.#image.read(this.#root + top * 8n, 8)?.readBigUInt64LE(0);
      this.#leaves.set(top, pointer ? this.#image.read(pointer, TABLE) : undefined);
    }
    return this.#leaves.get(top);
  }
}

/** Writable memory of modules that is large enough to hold the table: it stands in what is zero at the start. */
function largeData(mappings: readonly Mapping[]): Mapping[] {
  return mappings.filter(({ start, end, permissions, path }, index) => {
    if (end - start < BigInt(TABLE) || !permissions.startsWith('rw') || path !== '') return false;
    const before = mappings[index - 1];
    return before !== undefined && before.end === start && before.path.startsWith('/');
  });
}

/** Where the table would begin if `pointer`, which stands at `place`, were one of its entries. */
function rootBy(image: MemoryImage, place: bigint, pointer: bigint): bigint | undefined {
  if ((pointer & 63n) !== 0n || mappingAt(image.mappings, pointer)?.permissions.startsWith('rw') !== true)
    return undefined;
  const leaf = image.read(pointer, TABLE);
  if (!leaf) return undefined;
  let root: bigint | undefined;
  let found = 0;
  let looked = 0;
  for (let index = 0; index < ENTRIES && looked < MOST_LOOKED_AT; index++) {
    if (leaf.readUInt32LE(index * 8) === 0) continue;
    looked += 1;
    const entry = leaf.readBigUInt64LE(index * 8);
    const extent = readExtent(image, entry & EXTENT);
    if (!extent || ((extent.address >> 12n) & LOW) !== BigInt(index)) continue;
    const candidate = place - (extent.address >> 30n) * 8n;
    if (root !== undefined && candidate !== root) return undefined;
    root = candidate;
    found += 1;
    if (found >= ENOUGH) return root;
  }
  return undefined;
}
