import { Addr2line } from './addr2line.ts';
import { type Address, keyOf, type SourceFrame, type SymbolSource, type Symbols } from './address.ts';
import { LlvmSymbolizer } from './llvm-symbolizer.ts';
import { inspectModuleFile, type ModuleFile } from './module-file.ts';
import { SymbolTables } from './symbol-table.ts';

/**
 * Finds functions, files and lines of addresses: by llvm-symbolizer, else by addr2line, else by the
 * modules' own symbol tables. Nothing is started before the first question.
 */
export class Symbolizer {
  #sources: SymbolSource[] | undefined;
  readonly #files = new Map<string, ModuleFile>();
  readonly #known: Symbols = new Map();
  /** The question that is being answered: a tool hears one at a time. */
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;

  /** Tools to ask, for tests; what one does not know goes to the next. */
  constructor(sources?: SymbolSource[]) {
    this.#sources = sources;
  }

  /** Frames of each address, innermost first; addresses of which nothing is known are left out. */
  lookUp(addresses: Iterable<Address>): Promise<Symbols> {
    const answer = this.#turn.then(() => this.#answer(addresses));
    this.#turn = answer.catch(() => {});
    return answer;
  }

  async #answer(addresses: Iterable<Address>): Promise<Symbols> {
    const asked = new Map<string, Address>();
    for (const address of addresses) asked.set(keyOf(address), address);
    let open = [...asked].filter(([key, address]) => !this.#known.has(key) && this.file(address).same);
    for (const source of open.length > 0 && !this.#closed ? this.#find() : []) {
      const found = await source.lookUp(open.map(([, address]) => address));
      for (const [key, frames] of found) this.#known.set(key, frames);
      open = open.filter(([key]) => !this.#known.has(key));
      if (open.length === 0) break;
    }
    for (const [key] of open) this.#known.set(key, []); // nor is it asked again
    const result = new Map<string, SourceFrame[]>();
    for (const key of asked.keys()) {
      const frames = this.#known.get(key);
      if (frames && frames.length > 0) result.set(key, frames);
    }
    return result;
  }

  file({ path, buildId }: Pick<Address, 'path' | 'buildId'>): ModuleFile {
    const key = `${buildId} ${path}`;
    let file = this.#files.get(key);
    if (!file) {
      file = inspectModuleFile(path, buildId);
      this.#files.set(key, file);
    }
    return file;
  }

  /** True when inlined calls are seen as far as debug info has them; binutils loses most of them. */
  get precise(): boolean {
    return this.#find()[0] instanceof LlvmSymbolizer;
  }

  /** Ends the tool; nothing is known any more. */
  close(): void {
    this.#closed = true;
    for (const source of this.#sources ?? []) source.close();
  }

  #find(): SymbolSource[] {
    if (!this.#sources) {
      const tool = LlvmSymbolizer.find() ?? Addr2line.find();
      this.#sources = tool ? [tool, new SymbolTables()] : [new SymbolTables()];
    }
    return this.#sources;
  }
}
