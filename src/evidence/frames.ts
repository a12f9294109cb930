import type { Frame } from '../model/index.ts';
import { type Address, keyOf, type Symbols } from './address.ts';
import type { CallOrder } from './call-order.ts';

/** A return address with the module that it was taken in; without one nothing but the address is known. */
export interface PlacedAddress {
  address: number;
  module?: { path: string; buildId: string; base: number };
}

/** The instruction before a return address is the call that we speak of: any byte of it will do. */
export function callAddress({ address, module }: PlacedAddress): Address | undefined {
  if (!module) return undefined;
  return { path: module.path, buildId: module.buildId, offset: address - 1 - module.base };
}

/** A call stack with names, innermost first; an inlined call is a frame of its own. */
export function namedFrames(
  stack: readonly PlacedAddress[],
  symbols: Symbols,
  order: CallOrder = new Map(),
): Frame[] {
  return stack.flatMap((place) => {
    const address = callAddress(place);
    if (!address) return [{ offset: hex(place.address) }];
    const where = { module: address.path, offset: hex(address.offset) };
    const found = symbols.get(keyOf(address));
    if (!found || found.length === 0) return [where];
    const nth = order.get(keyOf(address)) ?? [];
    return found.map((frame, index) => ({
      ...frame,
      ...where,
      ...((nth[index] ?? 1) > 1 && { nth: nth[index] as number }),
      ...(index < found.length - 1 && { inlined: true }),
    }));
  });
}

function hex(value: number): string {
  return `0x${Math.max(0, value).toString(16)}`;
}
