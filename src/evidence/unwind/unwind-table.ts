import type { MemoryReader } from '../heap/memory.ts';
import { ByteCursor } from './encoded.ts';

/** The rules for one function: where it lies, and the instructions that make a row for each address. */
export interface FunctionRules {
  start: bigint;
  end: bigint;
  codeAlign: bigint;
  dataAlign: bigint;
  returnRegister: number;
  /** It is the frame that the kernel makes for a signal handler. */
  isSignal: boolean;
  initial: Buffer;
  instructions: Buffer;
  /** How addresses stand in the instructions. */
  encoding: number;
}

interface CommonRules extends Omit<FunctionRules, 'start' | 'end' | 'instructions'> {
  hasAugmentation: boolean;
}

const OMITTED = 0xff;
const LONGEST_ENTRY = 1 << 20;
/** Without the sorted table all entries are looked at; so many of them at most. */
const MOST_ENTRIES = 1 << 18;

/**
 * Finds the rules for the code address `pc` in a module's table, whose header (PT_GNU_EH_FRAME) is at `header`.
 * Undefined where it has none, or is damaged.
 * @see LSB, Exception Frames
 */
export function rulesFor(memory: MemoryReader, header: bigint, pc: bigint): FunctionRules | undefined {
  try {
    const head = memory.read(header, 64) ?? memory.read(header, 12);
    if (!head) return undefined;
    const cursor = new ByteCursor(head, header);
    const [version, frameEncoding, countEncoding, tableEncoding] = [
      cursor.u8(),
      cursor.u8(),
      cursor.u8(),
      cursor.u8(),
    ];
    if (version !== 1) return undefined;
    const frames = cursor.pointer(frameEncoding, header);
    // sorted pairs of two 4-byte numbers from the header on are what every linker writes
    if (countEncoding === OMITTED || tableEncoding !== 0x3b) return scan(memory, frames, pc);
    const count = Number(cursor.pointer(countEncoding, header));
    const entry = search(memory, header, header + BigInt(cursor.at), count, pc);
    const rules = entry === undefined ? undefined : entryAt(memory, entry);
    return typeof rules === 'object' && pc >= rules.start && pc < rules.end ? rules : undefined;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function search(
  memory: MemoryReader,
  header: bigint,
  table: bigint,
  count: number,
  pc: bigint,
): bigint | undefined {
  let low = 0;
  let high = count;
  let found: bigint | undefined;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const pair = memory.read(table + BigInt(middle) * 8n, 8);
    if (!pair) return undefined;
    if (header + BigInt(pair.readInt32LE(0)) <= pc) {
      found = header + BigInt(pair.readInt32LE(4));
      low = middle + 1;
    } else high = middle;
  }
  return found;
}

function scan(memory: MemoryReader, frames: bigint, pc: bigint): FunctionRules | undefined {
  let at = frames;
  for (let index = 0; index < MOST_ENTRIES; index++) {
    const length = memory.read(at, 4)?.readUInt32LE(0);
    if (length === undefined || length === 0 || length === 0xffffffff) return undefined;
    const rules = entryAt(memory, at);
    if (typeof rules === 'object' && pc >= rules.start && pc < rules.end) return rules;
    at += BigInt(length) + 4n;
  }
  return undefined;
}

/** The function's entry at an address; `common` for one that functions share. */
function entryAt(memory: MemoryReader, at: bigint): FunctionRules | 'common' | undefined {
  const body = bodyOf(memory, at);
  if (!body) return undefined;
  const cursor = new ByteCursor(body, at + 4n);
  const distance = cursor.u32();
  if (distance === 0) return 'common';
  const common = commonAt(memory, at + 4n - BigInt(distance));
  if (!common) return undefined;
  const start = cursor.pointer(common.encoding, 0n);
  const size = cursor.pointer(common.encoding & 15, 0n);
  if (common.hasAugmentation) cursor.block(Number(cursor.uleb()));
  return { ...common, start, end: start + size, instructions: body.subarray(cursor.at) };
}

function commonAt(memory: MemoryReader, at: bigint): CommonRules | undefined {
  const body = bodyOf(memory, at);
  if (!body) return undefined;
  const cursor = new ByteCursor(body, at + 4n);
  if (cursor.u32() !== 0) return undefined;
  const version = cursor.u8();
  if (version !== 1 && version !== 3) return undefined;
  let augmentation = '';
  for (let byte = cursor.u8(); byte !== 0; byte = cursor.u8()) augmentation += String.fromCharCode(byte);
  const rules: CommonRules = {
    codeAlign: cursor.uleb(),
    dataAlign: cursor.sleb(),
    returnRegister: version === 1 ? cursor.u8() : Number(cursor.uleb()),
    isSignal: false,
    encoding: 0,
    initial: body,
    hasAugmentation: augmentation.startsWith('z'),
  };
  if (augmentation !== '' && !rules.hasAugmentation) return undefined;
  let end = cursor.at;
  if (rules.hasAugmentation) {
    const length = Number(cursor.uleb());
    end = cursor.at + length;
    for (const letter of augmentation.slice(1)) {
      if (letter === 'R') rules.encoding = cursor.u8();
      else if (letter === 'P') cursor.pointer(cursor.u8() & 0x7f, 0n);
      else if (letter === 'L') cursor.u8();
      else if (letter === 'S') rules.isSignal = true;
      else break;
    }
  }
  rules.initial = body.subarray(end);
  return rules;
}

/** What follows the length of the entry at `at`. */
function bodyOf(memory: MemoryReader, at: bigint): Buffer | undefined {
  const length = memory.read(at, 4)?.readUInt32LE(0);
  if (length === undefined || length === 0 || length > LONGEST_ENTRY) return undefined;
  return memory.read(at + 4n, length);
}
