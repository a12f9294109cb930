import type { Registers, ThreadState } from '../heap/memory.ts';

/** What the kernel says of the signal: `siginfo_t`. */
export interface SignalInfo {
  number: number;
  code: number;
  /** The address of a fault; with a signal that somebody sent, the sender's process and user. */
  address: bigint;
}

export interface CoreThread extends ThreadState {
  /** The signal that it was to take; 0 for none. */
  signal: number;
  info?: SignalInfo;
}

/** A part of a file that was mapped; `offset` in the file, bytes. */
export interface MappedFile {
  start: bigint;
  end: bigint;
  offset: bigint;
  path: string;
}

export interface CoreNotes {
  /** The one that took the signal first. */
  threads: CoreThread[];
  /** What the kernel told the program at its start, by AT_*. */
  auxiliary: Map<number, bigint>;
  files: MappedFile[];
  /** The program's name, at most 15 bytes, and the beginning of its command line, at most 79 bytes. */
  name?: string;
  commandLine?: string;
}

const PRSTATUS = 1;
const PRPSINFO = 3;
const AUXV = 6;
const SIGINFO = 0x53494749;
const FILE = 0x46494c45;

const PRSTATUS_SIZE = 336;
const PRPSINFO_SIZE = 136;
const SIGINFO_SIZE = 24;
/** The kernel's `user_regs_struct`, in its order. */
const REGISTERS = [
  ...['r15', 'r14', 'r13', 'r12', 'rbp', 'rbx', 'r11', 'r10', 'r9', 'r8', 'rax', 'rcx', 'rdx', 'rsi', 'rdi'],
  ...['orig_rax', 'rip', 'cs', 'eflags', 'rsp', 'ss', 'fs_base', 'gs_base', 'ds', 'es', 'fs', 'gs'],
];
const REGISTERS_AT = 112;
const MOST_THREADS = 65_536;
const MOST_FILES = 1 << 19;
const LONGEST_PATH = 4096;

/** Reads the notes of a core; what is no whole note, or unknown, is left out. */
export function readNotes(parts: readonly Buffer[]): CoreNotes {
  const notes: CoreNotes = { threads: [], auxiliary: new Map(), files: [] };
  for (const part of parts) {
    for (let at = 0; at + 12 <= part.length; ) {
      const nameSize = part.readUInt32LE(at);
      const size = part.readUInt32LE(at + 4);
      const contentAt = at + 12 + padded(nameSize);
      if (contentAt + size > part.length) break;
      readNote(notes, part.readUInt32LE(at + 8), part.subarray(contentAt, contentAt + size));
      at = contentAt + padded(size);
    }
  }
  const first = notes.threads.findIndex(({ signal }) => signal !== 0);
  if (first > 0) notes.threads.unshift(...notes.threads.splice(first, 1));
  return notes;
}

function padded(size: number): number {
  return Math.ceil(size / 4) * 4;
}

function readNote(notes: CoreNotes, type: number, content: Buffer): void {
  if (type === PRSTATUS && content.length >= PRSTATUS_SIZE) {
    if (notes.threads.length >= MOST_THREADS) return;
    const registers: Registers = {};
    for (const [index, name] of REGISTERS.entries())
      registers[name] = content.readBigUInt64LE(REGISTERS_AT + index * 8);
    notes.threads.push({ tid: content.readInt32LE(32), signal: content.readInt16LE(12), registers });
  } else if (type === SIGINFO && content.length >= SIGINFO_SIZE) {
    const thread = notes.threads.at(-1);
    const info = {
      number: content.readInt32LE(0),
      code: content.readInt32LE(8),
      address: content.readBigUInt64LE(16),
    };
    if (thread && info.number !== 0) thread.info ??= info;
  } else if (type === AUXV) {
    for (let at = 0; at + 16 <= content.length; at += 16) {
      const key = content.readBigUInt64LE(at);
      if (key === 0n) break;
      if (key < 1000n) notes.auxiliary.set(Number(key), content.readBigUInt64LE(at + 8));
    }
  } else if (type === FILE) readFiles(notes, content);
  else if (type === PRPSINFO && content.length >= PRPSINFO_SIZE) {
    notes.name = textIn(content.subarray(40, 56));
    notes.commandLine = textIn(content.subarray(56, 136)).trim();
  }
}

function readFiles(notes: CoreNotes, content: Buffer): void {
  if (content.length < 16) return;
  const announced = content.readBigUInt64LE(0);
  const page = content.readBigUInt64LE(8);
  if (announced > BigInt(MOST_FILES) || page > 1n << 30n) return;
  const count = Number(announced);
  let nameAt = 16 + count * 24;
  for (let index = 0; index < count && nameAt < content.length; index++) {
    const at = 16 + index * 24;
    const end = content.indexOf(0, nameAt);
    if (end < 0) return;
    const [start, stop] = [content.readBigUInt64LE(at), content.readBigUInt64LE(at + 8)];
    const path = content.toString('utf8', nameAt, Math.min(end, nameAt + LONGEST_PATH));
    nameAt = end + 1;
    if (stop <= start || stop > 1n << 47n) continue;
    notes.files.push({ start, end: stop, offset: content.readBigUInt64LE(at + 16) * page, path });
  }
}

function textIn(field: Buffer): string {
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? field.length : end);
}
