import { expect, it } from 'vitest';
import { bytes, figure, hex } from './figures.ts';

it('shows three digits that count, and no exponent', () => {
  expect([0, 0.012345, 1.5, 12.345, 99.96, 123.6, 1_234_567].map(figure)).toEqual([
    '0',
    '0.0123',
    '1.5',
    '12.3',
    '100',
    '124',
    '1234567',
  ]);
  expect(figure(Number.NaN)).toBe('-');
});

it('counts bytes in the largest unit that fits', () => {
  expect([48, 1024, 1536, 2 ** 25, 3 * 2 ** 30].map(bytes)).toEqual([
    '48 B',
    '1 KiB',
    '1.5 KiB',
    '32 MiB',
    '3 GiB',
  ]);
});

it('pads hexadecimal words', () => {
  expect([hex(0xae, 3), hex(0x7fab8c3d2150n)]).toEqual(['0x0ae', '0x7fab8c3d2150']);
});
