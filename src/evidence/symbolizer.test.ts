import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Elf } from '../inspect/elf.ts';
import { Addr2line } from './addr2line.ts';
import { type Address, keyOf, type SymbolSource } from './address.ts';
import { demangle } from './demangle.ts';
import { findTool } from './find-tool.ts';
import { LlvmSymbolizer } from './llvm-symbolizer.ts';
import { SymbolTables } from './symbol-table.ts';
import { Symbolizer } from './symbolizer.ts';

const SOURCE = `static inline __attribute__((always_inline)) int inner(int *p) {
  return *p + 1;
}
__attribute__((noinline)) int outer(int *p) {
  return inner(p) * 2;
}
int main(int argc, char **argv) { return outer(&argc); }
`;

const compiler = findTool(['cc', 'gcc', 'clang']);
if (!compiler) console.warn('skipped: no C compiler to make a program with debug info');

describe.runIf(compiler)('symbolizing', () => {
  let folder: string;
  const path = (name: string) => join(folder, name);
  const addressIn = (name: string, symbol: string): Address => {
    const elf = Elf.open(path(name));
    const place = [...(elf?.symbols('symtab') ?? [])].find((candidate) => candidate.name === symbol);
    const buildId = elf?.buildId() ?? '';
    elf?.close();
    return { path: path(name), buildId, offset: place?.value ?? 0 };
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'crossfree "symbols" '));
    writeFileSync(path('p.c'), SOURCE);
    const build = (name: string, ...options: string[]) =>
      execFileSync(compiler ?? '', ['-O2', '-Wl,--build-id', ...options, path('p.c'), '-o', path(name)]);
    build('debug', '-g');
    build('plain');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const sources: [string, SymbolSource | undefined][] = [
    ['llvm-symbolizer', LlvmSymbolizer.find()],
    ['addr2line', Addr2line.find()],
  ];

  it.each(sources.filter(([, source]) => source))(
    'by %s sees inlined calls, files and lines',
    async (_, source) => {
      copyFileSync(path('debug'), '/tmp/crossfree-symbolizer-test');
      try {
        const address = { ...addressIn('debug', 'outer'), path: '/tmp/crossfree-symbolizer-test' };
        const found = await source?.lookUp([address, { ...address, offset: 1 }]);
        const frames = found?.get(keyOf(address));
        expect(frames?.map((frame) => frame.function)).toEqual(['inner', 'outer']);
        expect(frames?.[0]).toMatchObject({ file: path('p.c'), line: 2 });
        expect(found?.size).toBe(1);
      } finally {
        source?.close();
        rmSync('/tmp/crossfree-symbolizer-test');
      }
    },
  );

  it('finds names without any tool', async () => {
    const address = addressIn('plain', 'outer');
    const found = await new Symbolizer([new SymbolTables()]).lookUp([address]);
    expect(found.get(keyOf(address))).toEqual([{ function: 'outer' }]);
  });

  it('asks the next source for what one does not know, as with a path that the tool’s input cannot hold', async () => {
    const address = addressIn('debug', 'outer');
    const llvm = LlvmSymbolizer.find();
    const symbolizer = new Symbolizer([...(llvm ? [llvm] : []), new SymbolTables()]);
    const found = await symbolizer.lookUp([address]);
    symbolizer.close();
    expect(found.get(keyOf(address))?.at(-1)?.function).toBe('outer');
  });

  it('says nothing of a file that is not the one that was mapped, or is gone', async () => {
    const address = addressIn('plain', 'outer');
    const symbolizer = new Symbolizer([new SymbolTables()]);
    const others = [
      { ...address, buildId: '00' },
      { ...address, path: path('gone') },
      { ...address, path: 'linux-vdso.so.1' },
    ];
    expect((await symbolizer.lookUp(others)).size).toBe(0);
    expect(symbolizer.file({ path: path('gone'), buildId: '' })).toEqual({ same: false, debugInfo: false });
  });

  it('tells modules with debug info', () => {
    const symbolizer = new Symbolizer([]);
    expect(symbolizer.file(addressIn('debug', 'outer'))).toEqual({ same: true, debugInfo: true });
    expect(symbolizer.file(addressIn('plain', 'outer'))).toEqual({ same: true, debugInfo: false });
  });

  it('survives a tool that ends at once or answers nonsense', async () => {
    const address = { ...addressIn('debug', 'outer'), path: '/bin/true' };
    expect((await new LlvmSymbolizer('/bin/false').lookUp([address])).size).toBe(0);
    expect((await new LlvmSymbolizer('/nonexistent').lookUp([address])).size).toBe(0);
    const echo = new LlvmSymbolizer('/bin/echo');
    expect((await echo.lookUp([address])).size).toBe(0);
    expect((await echo.lookUp([address])).size).toBe(0);
  });
});

describe('demangle', () => {
  it('needs no tool for the legacy names of Rust', () => {
    expect(demangle(['_ZN1a2f117h95d89f30da634f94E', 'main'])).toEqual(
      new Map([['_ZN1a2f117h95d89f30da634f94E', 'a::f1']]),
    );
  });

  const tool = findTool(['c++filt', 'llvm-cxxfilt']);
  if (!tool) console.warn('skipped: no c++filt to demangle with');
  it.runIf(tool)('reads the names of C++ and the new ones of Rust', () => {
    const names = ['_ZdlPvm', '_RNvCsfLfy6EI15iL_7___rustc12___rust_alloc'];
    expect([...demangle(names).values()]).toEqual([
      'operator delete(void*, unsigned long)',
      '__rustc::__rust_alloc',
    ]);
  });
});
