import type { MemoryImage } from '../memory.ts';
import type { PageMap } from './rtree.ts';

/** The variables of the modules that a program started with lie below the thread pointer, so far at most. */
const FARTHEST = 64 << 10;
const BIN = 24;
/** So many bins in a row are no chance. */
const ENOUGH = 16;
const MOST_BLOCKS = 65_536 / 8;

/** The blocks that lie in threads' caches, each with its thread; to the slab they are handed out. */
export function cachedBlocks(image: MemoryImage, map: PageMap): Map<bigint, number> {
  const blocks = new Map<bigint, number>();
  for (const { tid, registers } of image.threads) {
    const pointer = registers.fs_base;
    if (pointer === undefined) continue;
    for (const bin of binsBelow(image, pointer))
      for (const block of bin) if (map.extentAt(block)?.state === 'active') blocks.set(block, tid);
  }
  return blocks;
}

/** What the bins hold that stand among a thread's variables. */
function binsBelow(image: MemoryImage, pointer: bigint): bigint[][] {
  const start = readable(image, pointer);
  const bytes = image.read(start, Number(pointer - start));
  if (!bytes) return [];
  let found: bigint[][] = [];
  for (let at = 0; at + BIN <= bytes.length; at += 8) {
    const run: bigint[][] = [];
    for (let place = at; place + BIN <= bytes.length; place += BIN) {
      const bin = binAt(image, bytes, place);
      if (!bin) break;
      run.push(bin);
    }
    if (run.length >= ENOUGH && run.length > found.length) found = run;
    if (run.length >= ENOUGH) at += (run.length - 1) * BIN;
  }
  return found;
}

function readable(image: MemoryImage, pointer: bigint): bigint {
  let start = pointer;
  for (const { start: low, end, permissions } of image.mappings)
    if (pointer > low && pointer <= end && permissions.startsWith('rw')) start = low;
  return pointer - start > BigInt(FARTHEST) ? pointer - BigInt(FARTHEST) : start;
}

/**
 * A bin is a stack of pointers that grows downwards. Of where it begins and ends only the low 16 bits are
 * kept, which have to belong together.
 */
function binAt(image: MemoryImage, bytes: Buffer, at: number): bigint[] | undefined {
  const head = bytes.readBigUInt64LE(at);
  if (head < 0x1000n || head >= 1n << 47n || (head & 7n) !== 0n) return undefined;
  const [full, empty] = [bytes.readUInt16LE(at + 18), bytes.readUInt16LE(at + 20)];
  const low = Number(head & 0xffffn);
  const size = (empty - full) & 0xffff;
  const used = (empty - low) & 0xffff;
  if (size === 0 || (size & 7) !== 0 || used > size || (used & 7) !== 0) return undefined;
  if (used / 8 > MOST_BLOCKS) return undefined;
  const content = used === 0 ? Buffer.alloc(0) : image.read(head, used);
  if (!content) return undefined;
  return Array.from({ length: used / 8 }, (_, index) => content.readBigUInt64LE(index * 8));
}
