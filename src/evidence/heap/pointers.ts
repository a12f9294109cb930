import type { UnwoundFrame } from '../unwind/unwind.ts';
import { type MemoryImage, mappingAt, type Registers } from './memory.ts';

/** A value that may be an address of the heap, and what holds it. */
export interface Pointer {
  name: string;
  value: bigint;
}

const GENERAL = [
  ...['rdi', 'rsi', 'rdx', 'rcx', 'r8', 'r9', 'rax', 'rbx', 'rbp'],
  ...['r10', 'r11', 'r12', 'r13', 'r14', 'r15'],
];
const KEPT = ['rbx', 'rbp', 'r12', 'r13', 'r14', 'r15'];
const STACK_WORDS = 128;

/** Code that is no one's fault: an address in it is looked through to who called it. */
const LIBRARY = /(^\[|\/(libc|ld-linux|libpthread|libstdc\+\+|libjemalloc|libmimalloc)[-.\w]*$)/;

/**
 * What may have to do with a crash: the address that could not be reached, the registers, and where the crash
 * is inside of a library, the registers and the stack of the innermost frame outside of it.
 */
export function pointersOf(
  image: MemoryImage,
  fault: bigint | undefined,
  registers: Registers,
  frames: readonly UnwoundFrame[],
): Pointer[] {
  const pointers: Pointer[] = [];
  const add = (name: string, value: bigint | undefined): void => {
    const isPlausible = value !== undefined && value >= 0x10000n && value < 1n << 47n;
    if (isPlausible && mappingAt(image.mappings, value)?.permissions[1] === 'w')
      pointers.push({ name, value });
  };
  add('the address', fault);
  for (const name of GENERAL) add(name, registers[name]);
  const index = frames.findIndex(({ pc }) => {
    const mapping = mappingAt(image.mappings, pc);
    return mapping?.permissions[2] === 'x' && !LIBRARY.test(mapping.path);
  });
  const frame = frames[index];
  if (!frame) return pointers;
  if (index > 0) for (const name of KEPT) add(`${name} of the caller`, frame.registers[name]);
  const end = frames[index + 1]?.stackPointer ?? frame.stackPointer;
  const stack = mappingAt(image.mappings, frame.stackPointer);
  for (let word = 0; word < STACK_WORDS; word++) {
    const at = frame.stackPointer + BigInt(word * 8);
    const value = at < end ? image.read(at, 8)?.readBigUInt64LE(0) : undefined;
    if (value === undefined) break;
    if (!stack || value < stack.start || value >= stack.end)
      add(`the stack at +0x${(word * 8).toString(16)}`, value);
  }
  return pointers;
}
