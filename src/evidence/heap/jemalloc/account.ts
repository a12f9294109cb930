import type { AllocatorAccount, FoundPlace } from '../account.ts';
import type { MemoryImage } from '../memory.ts';
import { PageMap } from './rtree.ts';
import { classSize } from './size-class.ts';
import { cachedBlocks } from './thread-cache.ts';

/** jemalloc's view of addresses; undefined where the process has none of a layout that is known. */
export function jemallocAccount(image: MemoryImage): AllocatorAccount | undefined {
  const map = PageMap.find(image);
  if (!map) return undefined;
  const cached = cachedBlocks(image, map);
  const notes =
    image.threads.length > 0
      ? []
      : ["the threads' registers are not known: blocks in their jemalloc caches count as in use"];
  return { name: 'jemalloc 5.3', placeOf: (address) => placeOf(map, cached, address), corruption: [], notes };
}

function placeOf(map: PageMap, cached: ReadonlyMap<bigint, number>, address: bigint): FoundPlace | undefined {
  const extent = map.extentAt(address);
  if (!extent) return undefined;
  const arena = `arena ${extent.arena}`;
  const block = (start: bigint, size: number, state: 'used' | 'free', where: string): FoundPlace => ({
    allocator: 'jemalloc',
    block: { address: hex(start), size },
    state,
    offset: Number(address - start),
    where,
  });
  if (extent.state !== 'active' || extent.sizeClass === undefined)
    return block(extent.address, Number(extent.size), 'free', `${arena}, ${extent.state} pages in reserve`);
  const size = classSize(extent.sizeClass);
  if (!extent.isSlab) {
    if (address < extent.address || address >= extent.address + BigInt(size)) return undefined; // what pads it
    const holder = cached.get(extent.address);
    const where = `${arena}, size class ${extent.sizeClass}, an extent of its own`;
    return holder === undefined
      ? block(extent.address, size, 'used', where)
      : block(extent.address, size, 'free', `${where}, in the cache of thread ${holder}`);
  }
  const region = Math.floor(Number(address - extent.address) / size);
  const start = extent.address + BigInt(region * size);
  if (start + BigInt(size) > extent.address + extent.size) return undefined; // what is left of the slab
  const where = `${arena}, size class ${extent.sizeClass}, region ${region} of a slab`;
  if (extent.isFree(region)) return block(start, size, 'free', where);
  const holder = cached.get(start);
  return holder === undefined
    ? block(start, size, 'used', where)
    : block(start, size, 'free', `${where}, in the cache of thread ${holder}`);
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}
