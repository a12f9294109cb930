import { expect, it } from 'vitest';
import { type Mapping, memoryOfPieces } from '../memory.ts';
import { findParameters } from './find-arena.ts';
import { type GlibcLayout, layoutOf } from './layout.ts';

const DATA = 0x7000_0000n;
const layout = layoutOf('2.36') as GlibcLayout;

const map = (start: bigint, path: string): Mapping => ({
  start,
  end: start + 0x1_0000n,
  permissions: 'rw-p',
  path,
  offset: 0n,
});

/** What is found in a library's data that holds these words, each group from its offset on. */
function found(groups: Record<number, bigint[]>, ...more: Mapping[]) {
  const bytes = Buffer.alloc(4096);
  for (const [at, words] of Object.entries(groups))
    words.forEach((word, index) => {
      bytes.writeBigUInt64LE(word, Number(at) + 8 * index);
    });
  const part = { ...map(DATA, '/lib/libc.so.6'), end: DATA + 4096n };
  const image = { ...memoryOfPieces([{ address: DATA, bytes }]), mappings: [...more, part], threads: [] };
  return findParameters(image, [part], layout);
}

const HEAP = 0x100_0000n;
const usual = [HEAP, 64n, 1032n, 7n, 0n];
const tuned = [HEAP, 3n, 56n, 2n, 0n];

it('takes the values that nobody tuned, though small numbers stand together before', () => {
  const decoy = [0x1_0000_0000n, 1n, 0n, 0n];
  const others = map(0x1_0000_0000n, '');
  expect(found({ 200: decoy, 600: usual }, map(HEAP, '[heap]'), others)).toMatchObject({
    sbrkBase: HEAP,
    tcacheBins: 64,
  });
  expect(found({ 200: decoy }, others)).toBeUndefined();
});

it('takes tuned ones where their heap is the kernel’s', () => {
  expect(found({ 600: tuned }, map(HEAP, '[heap]'))).toMatchObject({ tcacheBins: 3, tcacheCount: 2n });
  expect(found({ 600: tuned }, map(HEAP, ''))).toBeUndefined();
});

it('takes the usual ones of a heap that was not used, or lies elsewhere, and not where nothing is', () => {
  expect(found({ 600: [0n, ...usual.slice(1)] })?.sbrkBase).toBe(0n);
  expect(found({ 600: usual }, map(HEAP, ''))?.sbrkBase).toBe(HEAP);
  expect(found({ 600: usual })).toBeUndefined();
});
