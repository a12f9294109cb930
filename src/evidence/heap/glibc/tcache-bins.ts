import type { Words } from '../words.ts';
import { SMALLEST_CHUNK, type TcacheLayout } from './layout.ts';

/** The first bin for several sizes goes up to twice this power of two. */
const LARGE_FROM_BIT = 10;

/** The bin for chunks of `size` bytes. */
export function tcacheBinOf(size: bigint, { smallBins }: TcacheLayout): number {
  const small = Number(size - SMALLEST_CHUNK) / 16;
  if (small < smallBins) return small;
  return smallBins + Math.floor(Math.log2(Number(size))) - LARGE_FROM_BIT;
}

/** The smallest chunks of a bin. */
export function smallestOf(index: number, { smallBins }: TcacheLayout): bigint {
  if (index < smallBins) return BigInt(index) * 16n + SMALLEST_CHUNK;
  return index === smallBins
    ? BigInt(smallBins) * 16n + SMALLEST_CHUNK
    : 1n << BigInt(LARGE_FROM_BIT + index - smallBins);
}

/** What a tcache says of one of its bins. */
export function binAt(words: Words, address: bigint, index: number, layout: TcacheLayout, fill: bigint) {
  const { countBytes, counts } = layout;
  const bytes = words.bytes(address + BigInt(index * countBytes), countBytes);
  const number = bytes ? bytes.readUIntLE(0, countBytes) : 0;
  const head = address + BigInt(layout.bins * countBytes + index * 8);
  return { count: counts === 'room' ? Number(fill) - number : number, head, first: words.word(head) ?? 0n };
}
