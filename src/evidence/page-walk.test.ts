import { describe, expect, it } from 'vitest';
import { walkOf } from './page-walk.ts';

describe('the walk of an address', () => {
  it('takes nine bits for each table and twelve for the page', () => {
    expect(walkOf(0x7fab8c3d2150n)).toEqual({
      levels: 4,
      canonical: true,
      pml4: 0x0ff,
      pdpt: 0x0ae,
      pd: 0x061,
      pt: 0x1d2,
      offset: 0x150,
    });
  });

  it('can be put together again', () => {
    for (const address of [0n, 0x55cd332f5be0n, 0x7fffffffffffn, 0x123456789abn]) {
      const { pml4, pdpt, pd, pt, offset } = walkOf(address);
      const whole = [pml4, pdpt, pd, pt].reduce((sum, index) => (sum << 9n) | BigInt(index), 0n);
      expect((whole << 12n) | BigInt(offset)).toBe(address);
    }
  });

  it('has a fifth table where the processor has one', () => {
    expect(walkOf(0x01ff_0000_0000_0000n, 5)).toMatchObject({ canonical: false, pml5: 0x1ff });
    expect(walkOf(0x00ff_0000_0000_0000n, 5)).toMatchObject({ canonical: true, pml5: 0x0ff });
    expect(walkOf(0x7fab8c3d2150n, 5)).toMatchObject({ canonical: true, pml5: 0, pml4: 0x0ff });
  });

  it('tells addresses that no table can hold', () => {
    expect(walkOf(0x0000_8000_0000_0000n).canonical).toBe(false);
    expect(walkOf(0xffff_8000_0000_0000n).canonical).toBe(true);
    expect(walkOf(0xdeadbeef_00000000n).canonical).toBe(false);
  });
});
