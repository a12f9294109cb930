import { type Address, keyOf, type SourceFrame } from '../../evidence/address.ts';
import { CallReader } from '../../evidence/call-target.ts';
import { LlvmSymbolizer } from '../../evidence/llvm-symbolizer.ts';
import { type NamedRange, SymbolTables } from '../../evidence/symbol-table.ts';
import type { Symbolizer } from '../../evidence/symbolizer.ts';
import { isRustAllocation } from './classify.ts';
import type { Site } from './site.ts';
import type { Told } from './tell-sites.ts';

/** Bytes of machine code from which on a program's main function is not some other function's double by chance. */
const DISTINCT_BODY = 128;

/** A Rust program's main function, or the standard library's function that it was inlined into. */
const MAIN = /^(main|__rust_begin_short_backtrace<fn\(\).*)$/s;

/**
 * Whether what debug info says of a call site can be relied on. Two things speak against it:
 *
 * - A function that ends in `jmp free` makes the return address lie in its caller, of which debug info then
 *   speaks. So the instruction before the return address must itself call the allocation function.
 * - The optimiser folds functions of equal machine code into one, and keeps the debug info of one of them: a
 *   C wrapper's `Drop` may run in the body of some `Box`'s, and whole methods in that of a sister which differs
 *   in nothing but who allocates. Nothing in the module tells. So the function must be one that can have no
 *   double, or both calls of the block must lie in it: then a double mixes the worlds as well.
 */
export class Proof {
  readonly #symbolizer: Symbolizer;
  readonly #tables = new SymbolTables();
  readonly #readers = new Map<string, CallReader | undefined>();
  readonly #short = LlvmSymbolizer.find('short');

  constructor(symbolizer: Symbolizer) {
    this.#symbolizer = symbolizer;
  }

  close(): void {
    this.#short?.close();
    for (const reader of this.#readers.values()) reader?.close();
  }

  /** The whole function of machine code that an address lies in. */
  bodyOf(address: Address): NamedRange | undefined {
    return this.#tables.functionAt(address.path, address.offset);
  }

  /** True when the call at the site is really one of the allocation function. */
  async callsDirectly(site: Site, told: Told): Promise<boolean> {
    const { path, offset } = site.address;
    if (!this.#readers.has(path)) this.#readers.set(path, CallReader.open(path));
    const target = this.#readers.get(path)?.targetBefore(offset + 1);
    if (target?.kind === 'symbol') return target.name === site.function;
    if (target?.kind === 'local') {
      return this.#tables.namesAt(path, target.address).includes(site.function);
    }
    // Within Rust's own allocation functions there are no other calls than these.
    const chain = await this.#chain(site);
    return target?.kind === 'register' && told === 'rust' && isRustAllocation(chain[0]?.function);
  }

  /** True when no other function can share the machine code that the site lies in. */
  async isDistinct(site: Site): Promise<boolean> {
    const body = this.bodyOf(site.address);
    if (!body || this.#tables.namesAt(site.address.path, body.start).length > 1) return false;
    const outermost = (await this.#chain(site)).at(-1);
    if (outermost?.file !== undefined && !outermost.file.endsWith('.rs')) return true;
    if (body.end - body.start < DISTINCT_BODY) return false;
    const short = (await this.#short?.lookUp([site.address]))?.get(keyOf(site.address))?.at(-1)?.function;
    return short !== undefined && MAIN.test(short);
  }

  async #chain(site: Site): Promise<SourceFrame[]> {
    return (await this.#symbolizer.lookUp([site.address])).get(keyOf(site.address)) ?? [];
  }
}
