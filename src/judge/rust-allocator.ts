import { Elf } from '../inspect/elf.ts';
import { FileBytes } from '../inspect/file-bytes.ts';
import { ModuleFlag } from '../ledger/enums.ts';
import type { ModuleRecord } from '../ledger/records.ts';
import type { Allocator } from '../model/index.ts';
import { fileName } from './world-names.ts';

/** Names by which the usual Rust bindings of an allocator show in a symbol table. */
const BINDINGS: readonly [symbol: string, allocator: Allocator][] = [
  ['_rjem_malloc', 'jemalloc'],
  ['_rjem_mallocx', 'jemalloc'],
  ['mi_malloc_aligned', 'mimalloc'],
  ['mi_heap_malloc_aligned', 'mimalloc'],
  ['tc_memalign', 'tcmalloc'],
  ['snmalloc', 'snmalloc'],
];

/** rustc calls a program's own `#[global_allocator]` through this. */
const GLOBAL_ALLOCATOR = '__rg_alloc';

/**
 * The allocator behind the Rust world of a module, by its symbol table: `onC` for the standard one, which calls
 * the C library's malloc. Undefined where the symbols do not tell.
 */
export function rustAllocator(module: ModuleRecord, onC: Allocator | undefined): Allocator | undefined {
  const names = symbolNames(module);
  if (!names) return undefined;
  const known = BINDINGS.find(([symbol]) => names.includes(`${symbol}\0`));
  if (known) return known[1];
  if (names.includes(GLOBAL_ALLOCATOR)) return fileName(module.path);
  // With its shims dissolved, a module's own allocator leaves no trace.
  return (module.flags & ModuleFlag.shimsPartial) === 0 ? onC : undefined;
}

/** All names of the symbol table in one piece: looking for a few of them is fast that way. */
function symbolNames({ path, buildId }: ModuleRecord): Buffer | undefined {
  let elf: Elf | undefined;
  let file: FileBytes | undefined;
  try {
    elf = Elf.open(path);
    const section = elf?.section('.strtab');
    if (!elf || !section || (elf.buildId() ?? '') !== buildId) return undefined;
    file = new FileBytes(path);
    const view = file.read(section.offset, section.size);
    return Buffer.from(view.buffer, view.byteOffset, view.byteLength);
  } catch {
    return undefined;
  } finally {
    elf?.close();
    file?.close();
  }
}
