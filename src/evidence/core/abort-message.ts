import { Elf } from '../../inspect/elf.ts';
import type { MemoryReader } from '../heap/memory.ts';
import type { Module } from './modules.ts';

const LONGEST = 1024;
const LIBC = /\/libc(?:\.so\.6|-2\.\d+\.so)$/;

/** What the GNU C library said before it aborted: it keeps the text for whoever looks. */
export function abortMessage(memory: MemoryReader, modules: readonly Module[]): string | undefined {
  const library = modules.find(
    ({ path, onDisk }) => LIBC.test(path) && onDisk !== 'absent' && onDisk !== 'other',
  );
  const place = library && symbolValue(library.file, '__abort_msg');
  if (library === undefined || place === undefined) return undefined;
  const pointer = memory.read(library.base + BigInt(place), 8)?.readBigUInt64LE(0);
  if (!pointer) return undefined;
  const size = memory.read(pointer, 4)?.readUInt32LE(0) ?? 0;
  const text = memory.read(pointer + 4n, Math.min(Math.max(size - 4, 0), LONGEST));
  const end = text?.indexOf(0) ?? -1;
  return text?.toString('utf8', 0, end < 0 ? text.length : end).trim() || undefined;
}

function symbolValue(path: string, name: string): number | undefined {
  let elf: Elf | undefined;
  try {
    elf = Elf.open(path);
    for (const symbol of elf?.symbols('dynsym') ?? [])
      if (symbol.name === name && symbol.section !== 0) return symbol.value;
  } catch {
    // damaged: then it is not known
  } finally {
    elf?.close();
  }
  return undefined;
}
