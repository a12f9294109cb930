import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { AnswerFlag, QuestionKind } from './enums.ts';
import { LEDGER_HEADER_SIZE, LEDGER_RANGES, LEDGER_SLOTS, LedgerSlot, SLOT_SIZE } from './layout.ts';
import { readStruct } from './struct.ts';
import type { Answer, Question } from './tended.ts';

/** Where a thread of an observed process stands still. */
export interface StandingThread {
  pid: number;
  tid: number;
  threadPointer: bigint;
  stackPointer: bigint;
}

/** Looks at a process from outside, while it waits for the answer. */
export interface Inspector {
  atExit?(thread: StandingThread): void;
  atCrash?(thread: StandingThread): void;
}

interface Mapped {
  start: bigint;
  end: bigint;
  permissions: string;
  /** Where in the file it begins. */
  offset: bigint;
  name: string;
}

/** The signals whose default a process cannot bring about by a fault. */
const SIGNALS = new Map([
  [6, 'SIGABRT'],
  [31, 'SIGSYS'],
]);

const NOT_KNOWN: Answer = { flags: 0 };

/** What a process wants to know; nothing is known of one that has not mapped this very ledger. Never throws. */
export function answerTo(question: Question, ledger: string, inspector: Inspector): Answer {
  try {
    const maps = readMaps(question.pid);
    if (!maps.some(({ name }) => name === ledger)) return NOT_KNOWN;
    switch (question.kind) {
      case QuestionKind.where:
        return where(question, maps, ledger);
      case QuestionKind.ranges:
        return { flags: AnswerFlag.known, ranges: readable(maps) };
      case QuestionKind.atExit:
        inspector.atExit?.(threadOf(question));
        return { flags: AnswerFlag.known };
      case QuestionKind.atCrash:
        inspector.atCrash?.(threadOf(question));
        return { flags: AnswerFlag.known };
      case QuestionKind.kill: {
        const signal = SIGNALS.get(Number(question.address));
        if (signal) process.kill(question.pid, signal);
        return { flags: AnswerFlag.known };
      }
      default:
        return NOT_KNOWN;
    }
  } catch {
    return NOT_KNOWN; // it is gone, or belongs to somebody else
  }
}

function threadOf({ pid, tid, thread_pointer, stack_pointer }: Question): StandingThread {
  return { pid, tid, threadPointer: thread_pointer, stackPointer: stack_pointer };
}

function readMaps(pid: number): Mapped[] {
  return readFileSync(`/proc/${pid}/maps`, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const parts = /^([0-9a-f]+)-([0-9a-f]+) (\S{4}) ([0-9a-f]+) \S+ \d+ *(.*)$/.exec(line);
      if (!parts) return [];
      const [, start, end, permissions = '', offset, name = ''] = parts;
      return [
        {
          start: BigInt(`0x${start}`),
          end: BigInt(`0x${end}`),
          permissions,
          offset: BigInt(`0x${offset}`),
          name,
        },
      ];
    });
}

function where({ pid, address }: Question, maps: readonly Mapped[], ledger: string): Answer {
  const mapping = maps.find(({ start, end }) => address >= start && address < end);
  if (!mapping) return { flags: AnswerFlag.known };
  const { start, end, permissions, name } = mapping;
  const isStack = name === '[stack]' || stacksOf(pid, ledger).some((at) => at >= start && at < end);
  return {
    start,
    end,
    flags:
      AnswerFlag.known |
      AnswerFlag.mapped |
      (permissions.startsWith('---') ? 0 : AnswerFlag.accessible) |
      (isStack ? AnswerFlag.stack : 0),
  };
}

/** An address in the stack of each thread that is still there, as far as they have allocated. */
function stacksOf(pid: number, ledger: string): bigint[] {
  const bytes = Buffer.alloc(LEDGER_SLOTS * SLOT_SIZE);
  const descriptor = openSync(ledger, 'r');
  try {
    readSync(descriptor, bytes, 0, bytes.length, LEDGER_HEADER_SIZE);
  } finally {
    closeSync(descriptor);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: LEDGER_SLOTS }, (_, index) => readStruct(view, index * SLOT_SIZE, LedgerSlot))
    .filter((slot) => slot.pid === pid && slot.tid > 0 && existsSync(`/proc/${pid}/task/${slot.tid}`))
    .map((slot) => BigInt(slot.stack_high));
}

/** What may be read without harm: devices may mind, and a file may end before its mapping. Neighbours are one range. */
function readable(maps: readonly Mapped[]): { start: bigint; end: bigint }[] {
  const ranges: { start: bigint; end: bigint }[] = [];
  for (const mapping of maps) {
    const { start, permissions, name } = mapping;
    const end = endOfFile(mapping);
    if (!permissions.startsWith('r') || end <= start || /^\[(vvar|vsyscall)/.test(name)) continue;
    const last = ranges.at(-1);
    if (last && last.end === start) last.end = end;
    else ranges.push({ start, end });
  }
  return ranges.slice(0, LEDGER_RANGES);
}

/** Where a mapping's bytes end: of a file that cannot be looked at there are none. */
function endOfFile({ start, end, offset, name }: Mapped): bigint {
  if (!name.startsWith('/')) return end;
  try {
    const { size } = statSync(name, { bigint: true });
    const last = start + (size > offset ? ((size - offset + 4095n) / 4096n) * 4096n : 0n);
    return last < end ? last : end;
  } catch {
    return start;
  }
}
