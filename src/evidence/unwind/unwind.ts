import { type MemoryImage, mappingAt, type Registers } from '../heap/memory.ts';
import { evaluate } from './expression.ts';
import { type RegisterRule, rowFor } from './row.ts';
import { rulesFor } from './unwind-table.ts';

/** One call on a thread's stack. */
export interface UnwoundFrame {
  /** Where the thread goes on in it; in the innermost frame, where it stands. */
  pc: bigint;
  /** The address is that of an instruction, not of the one behind a call. */
  exact: boolean;
  stackPointer: bigint;
  /** As they were in it, by name; in an outer frame those that a call keeps. */
  registers: Registers;
  /** How this frame was found from the one before it. */
  by: 'registers' | 'unwind-table' | 'frame-pointer' | 'call-to-nowhere';
}

export interface UnwoundStack {
  frames: UnwoundFrame[];
  /** Absent where the stack was followed to the thread's beginning. */
  brokeOff?: string;
}

/** DWARF's numbers of x86-64's registers; 16 is the return address. */
const NAMES = [
  ...['rax', 'rdx', 'rcx', 'rbx', 'rsi', 'rdi', 'rbp', 'rsp'],
  ...['r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15', 'rip'],
];
const STACK_POINTER = 7;
const MOST_FRAMES = 256;

/**
 * Follows a stack outwards. `tableOf`: the address of the unwind table's header of the module that holds an
 * address. Where there is no rule, frame pointers are followed as far as they make sense.
 */
export function unwind(
  image: MemoryImage,
  registers: Registers,
  tableOf: (pc: bigint) => bigint | undefined,
): UnwoundStack {
  let current: (bigint | undefined)[] = NAMES.map((name) => registers[name]);
  const frames: UnwoundFrame[] = [];
  let exact = true;
  let by: UnwoundFrame['by'] = 'registers';
  while (frames.length < MOST_FRAMES) {
    const [pc, stackPointer] = [current[16], current[STACK_POINTER]];
    if (pc === undefined || stackPointer === undefined)
      return { frames, brokeOff: 'a register is not known' };
    if (pc === 0n && frames.length > 0) return { frames };
    frames.push({ pc, exact, stackPointer, registers: named(current, frames.length > 0 && !exact), by });
    const step: Step | 'outermost' | undefined =
      byTable(image, current, exact ? pc : pc - 1n, tableOf) ??
      (frames.length === 1 ? byCallToNowhere(image, current) : undefined) ??
      byFramePointer(image, current);
    if (!step) return { frames, brokeOff: `no rule leads outwards from 0x${pc.toString(16)}` };
    if (step === 'outermost') return { frames };
    // a stack grows downwards, so that its outer frames lie higher; a handler's may lie on another stack
    const next = step.registers[STACK_POINTER];
    if (next !== undefined && next <= stackPointer && !step.isSignal)
      return { frames, brokeOff: `the frame of 0x${pc.toString(16)} does not lead outwards` };
    current = step.registers;
    exact = step.isSignal;
    by = step.by;
  }
  return { frames, brokeOff: `it has more than ${MOST_FRAMES} frames` };
}

/** A call keeps these. */
const KEPT = new Set(['rbx', 'rbp', 'rsp', 'r12', 'r13', 'r14', 'r15', 'rip']);

function named(current: readonly (bigint | undefined)[], keptOnly: boolean): Registers {
  const known: Registers = {};
  for (const [index, name] of NAMES.entries()) {
    const value = current[index];
    if (value !== undefined && (!keptOnly || KEPT.has(name))) known[name] = value;
  }
  return known;
}

interface Step {
  registers: (bigint | undefined)[];
  /** The caller was interrupted, not calling. */
  isSignal: boolean;
  by: UnwoundFrame['by'];
}

function byTable(
  image: MemoryImage,
  current: readonly (bigint | undefined)[],
  pc: bigint,
  tableOf: (pc: bigint) => bigint | undefined,
): Step | 'outermost' | undefined {
  const header = tableOf(pc);
  const rules = header === undefined ? undefined : rulesFor(image, header, pc);
  if (!rules) return undefined;
  const known = (number: number) => current[number];
  try {
    const row = rowFor(rules, pc);
    let frame: bigint | undefined;
    if ('expression' in row.frame) frame = evaluate(row.frame.expression, undefined, known, image);
    else {
      const base = current[row.frame.register];
      frame = base === undefined ? undefined : BigInt.asUintN(64, base + row.frame.offset);
    }
    if (frame === undefined) return undefined;
    if (row.registers.get(rules.returnRegister)?.kind === 'undefined') return 'outermost';
    const registers = current.map((value, number) => {
      const rule = row.registers.get(number);
      if (!rule) return number === STACK_POINTER ? frame : value;
      return registerBy(rule, frame, value, known, image);
    });
    registers[16] = registers[rules.returnRegister];
    return registers[16] === undefined
      ? undefined
      : { registers, isSignal: rules.isSignal, by: 'unwind-table' };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function registerBy(
  rule: RegisterRule,
  frame: bigint,
  same: bigint | undefined,
  known: (number: number) => bigint | undefined,
  image: MemoryImage,
): bigint | undefined {
  switch (rule.kind) {
    case 'same':
      return same;
    case 'undefined':
      return undefined;
    case 'at':
      return wordAt(image, frame + rule.offset);
    case 'is':
      return BigInt.asUintN(64, frame + rule.offset);
    case 'register':
      return known(rule.register);
    case 'at-expression': {
      const address = evaluate(rule.expression, frame, known, image);
      return address === undefined ? undefined : wordAt(image, address);
    }
    case 'is-expression':
      return evaluate(rule.expression, frame, known, image);
  }
}

/** A call through a bad pointer has done nothing yet but push where it comes from. */
function byCallToNowhere(image: MemoryImage, current: readonly (bigint | undefined)[]): Step | undefined {
  const [pc, stackPointer] = [current[16], current[STACK_POINTER]];
  if (pc === undefined || stackPointer === undefined || isCode(image, pc)) return undefined;
  const back = wordAt(image, stackPointer);
  if (back === undefined || !isCode(image, back)) return undefined;
  const registers = [...current];
  registers[16] = back;
  registers[STACK_POINTER] = stackPointer + 8n;
  return { registers, isSignal: false, by: 'call-to-nowhere' };
}

function byFramePointer(image: MemoryImage, current: readonly (bigint | undefined)[]): Step | undefined {
  const [pointer, stackPointer] = [current[6], current[STACK_POINTER]];
  if (pointer === undefined || stackPointer === undefined || pointer < stackPointer || pointer & 7n)
    return undefined;
  const [saved, back] = [wordAt(image, pointer), wordAt(image, pointer + 8n)];
  if (saved === undefined || back === undefined || !isCode(image, back)) return undefined;
  const registers: (bigint | undefined)[] = current.map(() => undefined);
  registers[6] = saved;
  registers[STACK_POINTER] = pointer + 16n;
  registers[16] = back;
  return { registers, isSignal: false, by: 'frame-pointer' };
}

function isCode(image: MemoryImage, address: bigint): boolean {
  return mappingAt(image.mappings, address)?.permissions[2] === 'x';
}

function wordAt(image: MemoryImage, address: bigint): bigint | undefined {
  return image.read(BigInt.asUintN(64, address), 8)?.readBigUInt64LE(0);
}
