import { type Address, keyOf, type SourceFrame, type Symbols } from './address.ts';
import { CallReader } from './call-target.ts';
import { SymbolTables } from './symbol-table.ts';
import type { Symbolizer } from './symbolizer.ts';

/**
 * For a call address, and each of the functions that it lies in by inlining, innermost first: which of the places
 * that make the same call it is, in the order of their lines, from 1 on.
 */
export type CallOrder = ReadonlyMap<string, readonly number[]>;

/** Larger functions are made by machines; their calls are not counted. */
const LARGEST_FUNCTION = 256 << 10;
/** A function with more calls of one and the same thing is a table, not a text. */
const MOST_CALLS = 200;

/**
 * Finds, beside each call, the others of its function that call the same, and counts them by their lines. That
 * stays the same when the function moves to other lines, and tells two calls in one function apart.
 */
export async function orderCalls(addresses: readonly Address[], symbolizer: Symbolizer): Promise<CallOrder> {
  const tables = new SymbolTables();
  const readers = new Map<string, CallReader | undefined>();
  const reader = (path: string) => {
    if (!readers.has(path)) readers.set(path, CallReader.open(path));
    return readers.get(path);
  };
  try {
    const siblings = new Map<string, Address[]>();
    for (const address of addresses) {
      const { path, offset } = address;
      const range = tables.functionAt(path, offset);
      if (!range || range.end - range.start > LARGEST_FUNCTION || !symbolizer.file(address).same) continue;
      const same = reader(path)?.sameCalls(range.start, range.end, offset + 1) ?? [];
      if (same.length < 2 || same.length > MOST_CALLS) continue;
      const places = same.map((returnAddress) => ({ ...address, offset: returnAddress - 1 }));
      siblings.set(keyOf(address), places);
    }
    if (siblings.size === 0) return new Map();
    const symbols = await symbolizer.lookUp([...addresses, ...[...siblings.values()].flat()]);
    return new Map([...siblings].map(([key, others]) => [key, ranks(key, others, symbols)]));
  } finally {
    for (const one of readers.values()) one?.close();
  }
}

function ranks(key: string, others: readonly Address[], symbols: Symbols): number[] {
  const chains = others.map((other) => symbols.get(keyOf(other)) ?? []);
  return (symbols.get(key) ?? []).map((frame, depth, chain) => {
    const inner = chain[depth - 1]?.function;
    if (frame.line === undefined)
      return chain.length === 1 ? others.findIndex((other) => keyOf(other) === key) + 1 : 1;
    const places = chains.flatMap((one) =>
      one.filter(
        (other, at) =>
          other.function === frame.function && other.file === frame.file && one[at - 1]?.function === inner,
      ),
    );
    const own = placeOf(frame);
    return new Set(places.map(placeOf).filter((place) => place < own)).size + 1;
  });
}

/** A number that grows with line and column. */
function placeOf({ line = 0, column = 0 }: SourceFrame): number {
  return line * 2 ** 20 + column;
}
