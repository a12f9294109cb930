import { Elf } from '../inspect/elf.ts';
import { type Address, keyOf, type SymbolSource, type Symbols } from './address.ts';
import { demangle } from './demangle.ts';

const FUNCTION = 2;
const INDIRECT_FUNCTION = 10;

/** A function symbol and the addresses that it covers: from `start` up to, not including, `end`. */
export interface NamedRange {
  name: string;
  start: number;
  end: number;
}

/** Finds names in the modules' own symbol tables: no files and lines, but it needs no tool. */
export class SymbolTables implements SymbolSource {
  readonly #tables = new Map<string, NamedRange[]>();

  async lookUp(addresses: Address[]): Promise<Symbols> {
    const found = new Map<string, string>();
    for (const address of addresses) {
      const name = this.functionAt(address.path, address.offset)?.name;
      if (name !== undefined) found.set(keyOf(address), name);
    }
    const readable = demangle(found.values());
    return new Map([...found].map(([key, name]) => [key, [{ function: readable.get(name) ?? name }]]));
  }

  close(): void {}

  /** All names that the function starting at `start` has. */
  namesAt(path: string, start: number): string[] {
    return this.#table(path).flatMap((range) => (range.start === start ? [range.name] : []));
  }

  #table(path: string): NamedRange[] {
    let table = this.#tables.get(path);
    if (!table) {
      table = readTable(path);
      this.#tables.set(path, table);
    }
    return table;
  }

  /** The function symbol that covers an offset. */
  functionAt(path: string, offset: number): NamedRange | undefined {
    const table = this.#table(path);
    let low = 0;
    let high = table.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((table[middle] as NamedRange).start <= offset) low = middle + 1;
      else high = middle;
    }
    const range = table[low - 1];
    return range && offset < range.end ? range : undefined;
  }
}

function readTable(path: string): NamedRange[] {
  let elf: Elf | undefined;
  const ranges: NamedRange[] = [];
  try {
    elf = Elf.open(path);
    for (const table of ['symtab', 'dynsym'] as const) {
      for (const symbol of elf?.symbols(table) ?? []) {
        if (symbol.section === 0 || (symbol.type !== FUNCTION && symbol.type !== INDIRECT_FUNCTION)) continue;
        ranges.push({ name: symbol.name, start: symbol.value, end: symbol.value + symbol.size });
      }
      if (ranges.length > 0) break;
    }
  } catch {
    // unreadable or damaged: what was read so far must do
  } finally {
    elf?.close();
  }
  ranges.sort((a, b) => a.start - b.start || a.end - b.end);
  ranges.forEach((range, index) => {
    // Hand-written assembly often states no size: such a function reaches up to the next one.
    if (range.end === range.start) range.end = ranges[index + 1]?.start ?? range.start + 1;
  });
  return ranges;
}
