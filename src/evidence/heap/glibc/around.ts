import type { MemoryAround, MemoryWord } from '../../../model/index.ts';
import type { MemoryReader } from '../memory.ts';
import { flagsOf, HEADER, hex, sizeOf } from './chunk.ts';
import type { Damage } from './damage.ts';

const WORD = 8n;
/** Words before a chunk's header, and of it with what follows. */
const BEFORE = 4n;
const WORDS = 14;

/**
 * The words around a damage, each with what glibc takes it for; undefined where they cannot be read. Where no chunk
 * is concerned, around the word that is wrong.
 */
export function memoryAround(
  memory: MemoryReader,
  damage: Pick<Damage, 'address' | 'chunk'>,
): MemoryAround | undefined {
  const { chunk } = damage;
  const middle = (chunk ?? damage.address) & ~7n;
  // a heap's first chunk has nothing before it
  for (let before = BEFORE; before >= 0n; before -= 2n) {
    const start = middle - before * WORD;
    const bytes = start < 0n ? undefined : memory.read(start, WORDS * Number(WORD));
    if (!bytes) continue;
    const words = Array.from({ length: WORDS }, (_, index) => {
      const address = start + BigInt(index) * WORD;
      const content = bytes.subarray(index * 8, index * 8 + 8);
      return { bytes: content.toString('hex'), ...meaning(address, content, chunk, memory) };
    });
    return { address: hex(start), words };
  }
  return undefined;
}

function meaning(
  address: bigint,
  content: Buffer,
  chunk: bigint | undefined,
  memory: MemoryReader,
): Omit<MemoryWord, 'bytes'> {
  if (chunk === undefined) return {};
  if (address < chunk) return { is: 'before', means: 'the end of the block before' };
  const value = content.readBigUInt64LE();
  if (address === chunk)
    return { is: 'header', means: `size of the block before, if that is free: ${value}` };
  if (address === chunk + WORD) return { is: 'header', means: sizeText(value) };
  const size = sizeOf(memory.read(chunk + WORD, 8)?.readBigUInt64LE() ?? 0n);
  const next = chunk + size;
  if (size < 2n * HEADER || address < next) {
    const free = [chunk + HEADER, chunk + HEADER + WORD].indexOf(address);
    const link = [
      'the block; while it is free: the next in its list',
      'the block; while it is free: the one before',
    ][free];
    return { is: 'block', means: link ?? 'the block' };
  }
  if (address === next) return { is: 'block', means: 'the end of the block; while it is free: its size' };
  if (address === next + WORD) return { is: 'header', means: `the next block: ${sizeText(value)}` };
  return { is: 'after', means: 'the next block' };
}

function sizeText(field: bigint): string {
  const flags = flagsOf(field);
  return `size ${sizeOf(field)}${flags.length > 0 ? `, ${flags.join(', ')}` : ', no flag'}`;
}
