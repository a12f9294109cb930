import type { Address } from '../../evidence/address.ts';
import type { RawEvent } from '../collect.ts';

/** A call of an allocation function in a module whose Rust shims link-time optimisation dissolved. */
export interface Site {
  /** Of the last byte of the call instruction. */
  address: Address;
  /** The allocation function, as symbols name it: `malloc`. */
  function: string;
}

/** The call that an event began with; undefined when the module is not known. */
export function siteOf(event: RawEvent | undefined, functionName: string | undefined): Site | undefined {
  const frame = event?.frames[0];
  if (!frame?.module || functionName === undefined) return undefined;
  const { path, buildId, base } = frame.module;
  return { address: { path, buildId, offset: frame.address - 1 - base }, function: functionName };
}

export function siteKey({ address, function: name }: Site): string {
  return `${address.offset.toString(16)} ${name} ${address.path}`;
}
