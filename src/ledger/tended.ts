import { closeSync, constants, fstatSync, readSync, writeSync } from 'node:fs';
import { openTrusted, type Trusted, Untrusted } from '../run/trusted-file.ts';
import { QuestionState } from './enums.ts';
import {
  LEDGER_HEADER_SIZE,
  LEDGER_MAGIC,
  LEDGER_QUESTION_AT,
  LEDGER_RANGES,
  LEDGER_VERSION,
  LedgerHeader,
  LedgerQuestion,
  LedgerRange,
  RANGES_AT,
} from './layout.ts';
import { readStruct, type Struct, type Values } from './struct.ts';

type FieldsOf<S> = S extends Struct<infer F> ? F : never;
export type Question = Values<FieldsOf<typeof LedgerQuestion>>;

export interface Answer {
  start?: bigint;
  end?: bigint;
  /** `AnswerFlag`s. */
  flags: number;
  ranges?: { start: bigint; end: bigint }[];
}

/** Bytes that a ledger has free at any time, and by which it grows at least. */
const HEADROOM = 1 << 20;
const ZEROS = Buffer.alloc(1 << 18);
/** Whoever has not taken its answer after so many turns gave up waiting. */
const GIVEN_UP = 400;
/** Turns in which nothing was written, after which we ask whether the process is still there. */
const LOOK_FOR_PROCESS = 40;

/** A ledger into which an observed process writes. */
export class TendedLedger {
  readonly path: string;
  readonly #trusted: Trusted;
  /** In which nothing was written; grows only when its process is gone. */
  quietTurns = 0;
  #descriptor: number | undefined;
  #cursor = -1;
  #stillTurns = 0;
  #untaken = 0;
  readonly #page = Buffer.alloc(LEDGER_HEADER_SIZE);

  /** `trusted`: the users that processes of the tree have. */
  constructor(path: string, trusted: Trusted) {
    this.path = path;
    this.#trusted = trusted;
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  /** Makes room where it is short; gives what the process asks now. Throws the system's errors. */
  tend(): Question | undefined {
    this.#descriptor ??= openOwn(this.path, this.#trusted);
    const descriptor = this.#descriptor;
    if (descriptor === undefined) {
      this.quietTurns = LOOK_FOR_PROCESS + 1; // none of ours, or its user is not known yet
      return undefined;
    }
    if (readSync(descriptor, this.#page, 0, LEDGER_HEADER_SIZE, 0) < LEDGER_HEADER_SIZE) return undefined;
    const view = new DataView(this.#page.buffer, this.#page.byteOffset, LEDGER_HEADER_SIZE);
    const header = readStruct(view, 0, LedgerHeader);
    if (header.magic !== LEDGER_MAGIC || header.version !== LEDGER_VERSION) return undefined; // not yet
    const question = readStruct(view, LEDGER_QUESTION_AT, LedgerQuestion);
    if (question.tended === 0) this.#write('tended', 1);
    this.#grow(header);
    this.#noteActivity(header);
    return this.#isAsked(question) ? question : undefined;
  }

  answer({ start = 0n, end = 0n, flags, ranges = [] }: Answer): void {
    const { descriptor } = this;
    const most = ranges.slice(0, LEDGER_RANGES);
    const bytes = Buffer.alloc(most.length * LedgerRange.size);
    most.forEach((range, index) => {
      bytes.writeBigUInt64LE(range.start, index * LedgerRange.size);
      bytes.writeBigUInt64LE(range.end, index * LedgerRange.size + 8);
    });
    writeSync(descriptor, bytes, 0, bytes.length, RANGES_AT);
    this.#write('range_count', most.length);
    this.#write('start', start);
    this.#write('end', end);
    this.#write('answer', flags);
    this.#write('state', QuestionState.answered);
  }

  private get descriptor(): number {
    if (this.#descriptor === undefined) throw new Error('the ledger is not open');
    return this.#descriptor;
  }

  #isAsked({ state }: Question): boolean {
    if (state === QuestionState.answered && ++this.#untaken > GIVEN_UP)
      this.#write('state', QuestionState.none);
    if (state !== QuestionState.asked) return false;
    this.#untaken = 0;
    this.#write('state', QuestionState.seen);
    return true;
  }

  /** Real bytes: a hole in a full file system would end the process that writes there. */
  #grow({ records_at, cursor, allocated, most }: Values<FieldsOf<typeof LedgerHeader>>): void {
    const used = records_at + cursor;
    if (allocated >= most || used + HEADROOM <= allocated) return;
    const wanted = Math.min(most, Math.ceil(used / HEADROOM + 2) * HEADROOM, allocated + 16 * HEADROOM);
    const size = fstatSync(this.descriptor).size;
    if (size > allocated + 16 * HEADROOM || wanted <= allocated) return; // its header does not tell the truth
    for (let at = allocated; at < wanted; )
      at += writeSync(this.descriptor, ZEROS, 0, Math.min(ZEROS.length, wanted - at), at);
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(wanted));
    writeSync(this.descriptor, bytes, 0, 8, LedgerHeader.fields.allocated.offset);
  }

  #noteActivity({ cursor, pid }: Values<FieldsOf<typeof LedgerHeader>>): void {
    this.#stillTurns = cursor === this.#cursor ? this.#stillTurns + 1 : 0;
    this.#cursor = cursor;
    if (this.#stillTurns < LOOK_FOR_PROCESS) {
      this.quietTurns = 0;
      return;
    }
    this.#stillTurns = 0;
    if (isRunning(pid)) return;
    this.quietTurns = LOOK_FOR_PROCESS + 1;
    this.close();
  }

  #write(field: keyof FieldsOf<typeof LedgerQuestion>, value: number | bigint): void {
    const { offset, size } = LedgerQuestion.fields[field];
    const bytes = Buffer.alloc(size);
    if (size === 8) bytes.writeBigUInt64LE(BigInt(value));
    else bytes.writeUInt32LE(Number(value));
    writeSync(this.descriptor, bytes, 0, size, LEDGER_QUESTION_AT + offset);
  }
}

function openOwn(path: string, trusted: Trusted): number | undefined {
  try {
    return openTrusted(path, trusted, constants.O_RDWR).descriptor;
  } catch (error) {
    if (error instanceof Untrusted) return undefined;
    throw error;
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
