import { expect } from 'vitest';
import { type Chunk, isFree, usableOf, userOf } from '../../src/evidence/heap/glibc/chunk.ts';
import type { GlibcHeap } from '../../src/evidence/heap/glibc/heap.ts';
import { mmappedChunk } from '../../src/evidence/heap/glibc/mmapped.ts';
import type { MemoryImage } from '../../src/evidence/heap/memory.ts';

/** Every live block is a used chunk of the size that malloc_usable_size gave; every list holds free ones. */
export function holdToProgram(heap: GlibcHeap, memory: MemoryImage, lines: string[]): number {
  const chunks = new Map<bigint, Chunk>();
  for (const arena of heap.arenas) for (const chunk of arena.chunks) chunks.set(userOf(chunk), chunk);
  const wrong: string[] = [];
  for (const line of lines) {
    const [pointer = '', usable = ''] = line.split(' ');
    const chunk = chunks.get(BigInt(pointer)) ?? mmappedChunk(memory, BigInt(pointer));
    if (!chunk || isFree(chunk) || usableOf(chunk) !== BigInt(usable))
      wrong.push(`${line}: ${chunk?.state} ${chunk && usableOf(chunk)}`);
  }
  expect(wrong).toEqual([]);
  return lines.length;
}
