import { type MemoryImage, mappingAt } from '../memory.ts';
import { type Chunk, endsBeforeMark, HEADER, IS_MMAPPED, sizeOf } from './chunk.ts';

/** In the first word: the mapping has huge pages (2.43 and later). */
const HUGE_PAGES = 1n;

/** The chunk of a block that is a mapping of its own; `user` is the address that malloc returned. */
export function mmappedChunk(image: MemoryImage, user: bigint): Chunk | undefined {
  const header = image.read(user - HEADER, 16);
  if (!header) return undefined;
  const [prevSize, sizeField] = [header.readBigUInt64LE(0), header.readBigUInt64LE(8)];
  const size = sizeOf(sizeField);
  const mapping = mappingAt(image.mappings, user);
  const start = user - HEADER - (prevSize & ~HUGE_PAGES);
  if ((sizeField & IS_MMAPPED) === 0n || (sizeField & 5n) !== 0n) return undefined;
  const end = user - HEADER + size;
  if ((end & 0xfffn) !== 0n && !endsBeforeMark(end)) return undefined;
  if (!mapping || (start & 0xfffn) !== 0n || end > mapping.end) return undefined;
  return { address: user - HEADER, size, sizeField, prevSize, state: 'mmapped' };
}
