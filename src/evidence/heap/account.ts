import type { HeapAccount, HeapPlace } from '../../model/index.ts';
import { glibcAccount } from './glibc/account.ts';
import { jemallocAccount } from './jemalloc/account.ts';
import type { MemoryImage } from './memory.ts';
import { mimallocAccount } from './mimalloc/account.ts';
import type { Pointer } from './pointers.ts';

/** More places say nothing new. */
const MOST_PLACES = 8;

/** A block in an allocator's own view. */
export type FoundPlace = Omit<HeapPlace, 'pointers' | 'address'>;

/** What one allocator's metadata tells. */
export interface AllocatorAccount {
  /** `glibc 2.36` */
  name: string;
  placeOf(address: bigint): FoundPlace | undefined;
  corruption: HeapAccount['corruption'];
  notes: string[];
}

/** What the allocators' metadata says of the pointers, and what of it does not add up; undefined without a heap. */
export function heapAccount(image: MemoryImage, pointers: readonly Pointer[]): HeapAccount | undefined {
  const readings = [mimallocAccount(image), jemallocAccount(image), glibcAccount(image, pointers)].flatMap(
    (one) => one ?? [],
  );
  if (readings.length === 0) return undefined;
  const places = new Map<string, HeapPlace>();
  for (const { name, value } of pointers) {
    for (const { placeOf } of readings) {
      const found = placeOf(value);
      if (!found) continue;
      const known = places.get(found.block.address);
      if (known) known.pointers.push(name);
      else if (places.size < MOST_PLACES)
        places.set(found.block.address, { pointers: [name], address: `0x${value.toString(16)}`, ...found });
      break;
    }
  }
  return {
    allocators: readings.map(({ name }) => name),
    places: [...places.values()],
    corruption: readings.flatMap(({ corruption }) => corruption),
    notes: readings.flatMap(({ notes }) => notes),
  };
}
