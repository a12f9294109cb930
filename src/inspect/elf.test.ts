import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Elf } from './elf.ts';

let folder: string;
const file = (name: string) => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crossfree-elf-'));
  writeFileSync(file('a.c'), 'int answer(void) { return 42; }\nint main(void) { return answer() - 42; }\n');
  const gcc = (...args: string[]) => execFileSync('gcc', ['-o', ...args, file('a.c')]);
  gcc(file('dynamic'), '-g', '-Wl,--build-id=0x0123456789abcdef');
  gcc(file('static'), '-static', '-s');
  gcc(file('static-pie'), '-static-pie');
  gcc(file('library.so'), '-shared', '-fPIC', '-Wl,-soname,library.so.1');
  gcc(file('object.o'), '-c');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function withElf<T>(path: string, use: (elf: Elf) => T): T {
  const elf = Elf.open(path);
  if (!elf) throw new Error(`${path} is no ELF file`);
  try {
    return use(elf);
  } finally {
    elf.close();
  }
}

describe('an ELF file', () => {
  it('tells class, machine, loader and what it needs', () => {
    withElf(file('dynamic'), (elf) => {
      expect([elf.class, elf.machine, elf.isStatic()]).toEqual([64, 'x86-64', false]);
      expect(elf.interpreter()).toBe('/lib64/ld-linux-x86-64.so.2');
      expect(elf.needed()).toEqual(['libc.so.6']);
    });
  });

  it('tells build id, compiler, debug info and symbols', () => {
    withElf(file('dynamic'), (elf) => {
      expect(elf.buildId()).toBe('0123456789abcdef');
      expect(elf.compilers().some((text) => text.startsWith('GCC:'))).toBe(true);
      expect(elf.hasDebugInfo()).toBe(true);
      const answer = [...elf.symbols('symtab')].find(({ name }) => name === 'answer');
      expect(answer).toMatchObject({ type: 2, size: 11 });
      expect([...elf.symbols('dynsym')].map(({ name }) => name)).toContain('__libc_start_main');
    });
  });

  it.each(['static', 'static-pie'])('knows a %s program', (name) => {
    withElf(file(name), (elf) => {
      expect(elf.isStatic()).toBe(true);
      expect(elf.interpreter()).toBeUndefined();
    });
  });

  it('has no symbols, debug info or section that was stripped', () => {
    withElf(file('static'), (elf) => {
      expect([...elf.symbols('symtab')]).toEqual([]);
      expect(elf.hasDebugInfo()).toBe(false);
      expect(elf.section('.symtab')).toBeUndefined();
    });
  });

  it('does not take a library, an object file or the loader for a static program', () => {
    for (const path of [file('library.so'), file('object.o'), '/lib64/ld-linux-x86-64.so.2']) {
      expect(withElf(path, (elf) => elf.isStatic())).toBe(false);
    }
    expect(withElf(file('library.so'), (elf) => elf.soname())).toBe('library.so.1');
  });

  it('is not every file', () => {
    writeFileSync(file('empty'), '');
    writeFileSync(file('text'), '#!/bin/sh\n');
    expect(Elf.open(file('empty'))).toBeUndefined();
    expect(Elf.open(file('text'))).toBeUndefined();
    expect(() => Elf.open(folder)).toThrow();
    expect(() => Elf.open('/dev/zero')).toThrow('not a regular file');
    execFileSync('mkfifo', [file('pipe')]);
    expect(() => Elf.open(file('pipe'))).toThrow('not a regular file');
  });
});

describe('a damaged ELF file', () => {
  /** Everything that can be asked, each answer or OutOfBounds. */
  function askAll(path: string): void {
    let elf: Elf | undefined;
    try {
      elf = Elf.open(path);
      elf?.isStatic();
      elf?.needed();
      elf?.buildId();
      elf?.compilers();
      elf?.hasDebugInfo();
      for (const table of ['symtab', 'dynsym'] as const) for (const _ of elf?.symbols(table) ?? []);
    } catch (error) {
      expect((error as Error).name).toBe('OutOfBounds');
    } finally {
      elf?.close();
    }
  }

  it('is refused wherever it is cut off', () => {
    const whole = readFileSync(file('dynamic'));
    for (let length = 1; length < whole.length; length += length < 1200 ? 1 : 509) {
      writeFileSync(file('cut'), whole.subarray(0, length));
      askAll(file('cut'));
    }
  });

  it('is refused whichever header field lies', () => {
    const whole = readFileSync(file('dynamic'));
    const headers = 64 + 13 * 56;
    const sections = Number(whole.readBigUInt64LE(40));
    const places = [
      ...Array.from({ length: headers - 4 }, (_, at) => at + 4),
      ...Array.from({ length: 512 }, (_, at) => sections + at * 4),
    ];
    writeFileSync(file('damaged'), whole);
    const descriptor = openSync(file('damaged'), 'r+');
    for (const at of places.filter((place) => place < whole.length)) {
      for (const value of [0x00, 0x7f, 0xff]) {
        writeSync(descriptor, Uint8Array.of(value), 0, 1, at);
        askAll(file('damaged'));
      }
      writeSync(descriptor, whole, at, 1, at);
    }
    closeSync(descriptor);
  });
});
