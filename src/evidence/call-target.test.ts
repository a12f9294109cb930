import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Elf } from '../inspect/elf.ts';
import { CallReader } from './call-target.ts';
import { findTool } from './find-tool.ts';

const compiler = findTool(['cc', 'gcc', 'clang']);
if (!compiler) console.warn('skipped: no C compiler to make programs with calls');

/** Labels after each call are the return addresses; `releases` is nothing but a jump, like a linkage stub. */
const SOURCE = `
  .text
  .globl main, releases, calls
  .type main, @function
  .type releases, @function
  .type calls, @function
releases:
  jmp *free@GOTPCREL(%rip)
  .size releases, .-releases
calls:
  call *free@GOTPCREL(%rip)
after_table: .globl after_table
  call free@PLT
after_stub: .globl after_stub
  call releases
after_local: .globl after_local
  call *%rbx
after_register: .globl after_register
  call *%r12
after_high_register: .globl after_high_register
  call *8(%rax)
after_memory: .globl after_memory
  nop
after_nothing: .globl after_nothing
  ret
  .size calls, .-calls
main:
  xor %eax, %eax
  ret
  .size main, .-main
  .section .note.GNU-stack,"",@progbits
`;

describe.runIf(compiler)('the call before a return address', () => {
  let folder: string;
  let reader: CallReader | undefined;
  const places = new Map<string, number>();

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'crossfree-calls-'));
    writeFileSync(join(folder, 'p.s'), SOURCE);
    execFileSync(compiler ?? '', [join(folder, 'p.s'), '-o', join(folder, 'p')]);
    const elf = Elf.open(join(folder, 'p'));
    for (const { name, value } of elf?.symbols('symtab') ?? []) places.set(name, value);
    elf?.close();
    reader = CallReader.open(join(folder, 'p'));
  });
  afterAll(() => {
    reader?.close();
    rmSync(folder, { recursive: true });
  });

  it.each([
    ['after_table', { kind: 'symbol', name: 'free' }],
    ['after_stub', { kind: 'symbol', name: 'free' }],
    ['after_register', { kind: 'register' }],
    ['after_high_register', { kind: 'register' }],
    ['after_memory', { kind: 'unknown' }],
    ['after_nothing', { kind: 'unknown' }],
  ])('is read at %s', (place, target) => {
    expect(reader?.targetBefore(places.get(place) ?? 0)).toEqual(target);
  });

  it('does not take a function that only jumps on for a stub', () => {
    expect(reader?.targetBefore(places.get('after_local') ?? 0)).toEqual({
      kind: 'local',
      address: places.get('releases'),
    });
  });

  it('is unknown outside of the module’s code', () => {
    for (const address of [0, 3, 2 ** 40, -5])
      expect(reader?.targetBefore(address)).toEqual({ kind: 'unknown' });
  });

  it('is read in ELF files only', () => {
    expect(CallReader.open(join(folder, 'p.s'))).toBeUndefined();
    expect(CallReader.open('/nonexistent')).toBeUndefined();
  });
});
