import type { AddressWalk } from '../model/index.ts';

/** Each table has 512 entries. */
const INDEX_BITS = 9n;
const OFFSET_BITS = 12n;
const ADDRESS_BITS = 64;

/**
 * Splits a 64-bit virtual address of x86-64 as the processor does when it walks pages of 4 KiB.
 * @see Intel SDM volume 3, 4.5 (4-level and 5-level paging)
 */
export function walkOf(address: bigint, levels: AddressWalk['levels'] = 4): AddressWalk {
  const index = (table: bigint) =>
    Number((address >> (OFFSET_BITS + table * INDEX_BITS)) & ((1n << INDEX_BITS) - 1n));
  const used = Number(OFFSET_BITS) + levels * Number(INDEX_BITS);
  const canonical = BigInt.asUintN(ADDRESS_BITS, BigInt.asIntN(used, address)) === address;
  return {
    levels,
    canonical,
    ...(levels === 5 && { pml5: index(4n) }),
    pml4: index(3n),
    pdpt: index(2n),
    pd: index(1n),
    pt: index(0n),
    offset: Number(address & ((1n << OFFSET_BITS) - 1n)),
  };
}
