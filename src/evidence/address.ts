/** A place in a module's file, as the ELF file counts addresses. */
export interface Address {
  /** Path of the module. */
  path: string;
  /** Hexadecimal digits; empty when the module has none. */
  buildId: string;
  offset: number;
}

/** One source level frame; several of them stand for one address where calls were inlined. */
export interface SourceFrame {
  function?: string;
  file?: string;
  line?: number;
  column?: number;
}

/** What is known of addresses, by `keyOf`: innermost frame first. */
export type Symbols = Map<string, SourceFrame[]>;

export function keyOf(address: Address): string {
  return `${address.offset.toString(16)} ${address.path}`;
}

/** A way of finding names. It leaves out what it does not know, and never throws for want of a tool. */
export interface SymbolSource {
  lookUp(addresses: Address[]): Promise<Symbols>;
  close(): void;
}
