import * as layout from './layout.ts';
import type { Fields, Struct } from './struct.ts';

type Given<F extends Fields> = Partial<{ [Name in keyof F]: number | bigint }>;

/** Builds ledgers byte by byte, for tests. */
export class LedgerWriter {
  readonly #records: Buffer[] = [];
  readonly #header: Given<typeof layout.LedgerHeader extends Struct<infer F> ? F : never>;
  readonly #slots: { pid: number; tid: number; counts: Record<number, number> }[] = [];
  pid: number;
  tid: number;

  constructor(header: LedgerWriter['header'] = {}, pid = 100) {
    this.pid = pid;
    this.tid = pid;
    this.#header = header;
  }

  get header() {
    return this.#header;
  }

  record<F extends Fields>(
    type: number,
    struct: Struct<F>,
    fields: Given<F>,
    trailing: Uint8Array = Buffer.alloc(0),
  ): this {
    const length = Math.ceil((struct.size + trailing.length) / 8) * 8;
    const bytes = Buffer.alloc(length);
    const own = { magic: layout.RECORD_MAGIC, type, length, pid: this.pid, tid: this.tid };
    put(bytes, struct, { ...own, ...fields } as Given<F>);
    bytes.set(trailing, struct.size);
    this.#records.push(bytes);
    return this;
  }

  /** Bytes as they are, where a record would stand. */
  raw(bytes: Uint8Array): this {
    this.#records.push(Buffer.from(bytes));
    return this;
  }

  module(id: number, path: string, start: number, end: number, flags = 0, buildId = ''): this {
    const id_ = Buffer.from(buildId, 'hex');
    const trailing = Buffer.concat([Buffer.from(path), id_]);
    const lengths = { path_length: Buffer.byteLength(path), build_id_length: id_.length };
    return this.record(1, layout.RecordModule, { id, flags, base: start, start, end, ...lengths }, trailing);
  }

  moduleGone(id: number): this {
    return this.record(2, layout.RecordModuleMove, { id });
  }

  moduleBack(id: number): this {
    return this.record(18, layout.RecordModuleMove, { id });
  }

  world(id: number, kind: number, module = 0, flags = 0): this {
    return this.record(3, layout.RecordWorld, { id, kind, module, flags });
  }

  stack(id: number, function_: number, frames: (number | bigint)[]): this {
    const bytes = Buffer.alloc(frames.length * 8);
    frames.forEach((frame, index) => {
      bytes.writeBigUInt64LE(BigInt(frame), index * 8);
    });
    const fields = { id, function: function_, block: 0x5000, frame_count: frames.length };
    return this.record(4, layout.RecordStack, fields, bytes);
  }

  /** A whole crash record: the signal, one block of the stack 128, the words of the stack, the maps, the end. */
  crash(
    fields: Given<typeof layout.RecordCrash extends Struct<infer F> ? F : never>,
    frames: number[],
    block: Given<typeof layout.RecordCrashBlock extends Struct<infer F> ? F : never> = {},
  ): this {
    const bytes = Buffer.alloc(frames.length * 8);
    frames.forEach((frame, index) => {
      bytes.writeBigUInt64LE(BigInt(frame), index * 8);
    });
    const code = Buffer.from('488b00', 'hex');
    const counts = { frame_count: frames.length, code_length: code.length };
    const usual = { start: 0x5000, size: 64, state: 1, world: 1, birth_stack: 128, birth_exact: 1 };
    const words = Buffer.alloc(16);
    words.writeBigUInt64LE(0x5008n, 8);
    return this.record(32, layout.RecordCrash, { ...counts, ...fields }, Buffer.concat([bytes, code]))
      .record(33, layout.RecordCrashBlock, { ...usual, ...block })
      .record(34, layout.RecordCrashMemory, { start: 0x7000, byte_count: words.length }, words)
      .record(36, layout.RecordCrashEnd, { signal: fields.signal ?? 0 });
  }

  finding(fields: Given<typeof layout.RecordFinding extends Struct<infer F> ? F : never>): this {
    const unknown = 0xffff_ffff_ffff_ffffn;
    const usual = {
      act: 1,
      count: 1,
      size: unknown,
      given_size: unknown,
      other_size: unknown,
      birth_exact: 1,
    };
    return this.record(5, layout.RecordFinding, { ...usual, ...fields });
  }

  cause(fields: Given<typeof layout.RecordCause extends Struct<infer F> ? F : never>): this {
    const unknown = 0xffff_ffff_ffff_ffffn;
    return this.record(16, layout.RecordCause, { size: unknown, given_size: unknown, ...fields });
  }

  pair(fields: Given<typeof layout.RecordPair extends Struct<infer F> ? F : never>): this {
    return this.record(6, layout.RecordPair, { count: 1, birth_exact: 1, ...fields });
  }

  release(fields: Given<typeof layout.RecordRelease extends Struct<infer F> ? F : never>): this {
    return this.record(13, layout.RecordRelease, { count: 1, ...fields });
  }

  releaseBirth(fields: Given<typeof layout.RecordReleaseBirth extends Struct<infer F> ? F : never>): this {
    return this.record(14, layout.RecordReleaseBirth, { count: 1, birth_exact: 1, ...fields });
  }

  gap(reason: number, module = 0, detail = ''): this {
    const fields = { reason, module, detail_length: Buffer.byteLength(detail) };
    return this.record(7, layout.RecordGap, fields, Buffer.from(detail));
  }

  provider(world: number, module: number, allocator: number): this {
    return this.record(8, layout.RecordProvider, { world, module, allocator });
  }

  message(text: string): this {
    return this.record(9, layout.RecordMessage, { text_length: Buffer.byteLength(text) }, Buffer.from(text));
  }

  /** The records that follow are the child's. */
  fork(child: number): this {
    const parent_pid = this.pid;
    this.pid = child;
    this.tid = child;
    return this.record(10, layout.RecordFork, { parent_pid });
  }

  exit(code: number): this {
    return this.record(12, layout.RecordExit, { code });
  }

  exec(path: string, preserved = 1): this {
    return this.record(
      11,
      layout.RecordExec,
      { path_length: Buffer.byteLength(path), preserved },
      Buffer.from(path),
    );
  }

  slot(pid: number, tid: number, counts: Record<number, number>): this {
    this.#slots.push({ pid, tid, counts });
    return this;
  }

  bytes(command: string[] = ['prog']): Buffer {
    const recordsAt = layout.LEDGER_HEADER_SIZE + layout.LEDGER_SLOTS * layout.SLOT_SIZE;
    const records = Buffer.concat(this.#records);
    const text = Buffer.from(command.join('\0'));
    const bytes = Buffer.alloc(recordsAt + records.length + 256);
    put(bytes, layout.LedgerHeader, {
      magic: layout.LEDGER_MAGIC,
      version: layout.LEDGER_VERSION,
      records_at: recordsAt,
      pid: 100,
      parent_pid: 1,
      allocated: bytes.length,
      cursor: records.length,
      flags: 1,
      command_length: text.length,
      ...this.#header,
    });
    bytes.set(text, layout.LedgerHeader.size);
    this.#slots.forEach(({ pid, tid, counts }, index) => {
      const at = layout.LEDGER_HEADER_SIZE + index * layout.SLOT_SIZE;
      put(bytes.subarray(at), layout.LedgerSlot, { pid, tid });
      for (const [world, count] of Object.entries(counts)) {
        bytes.writeBigUInt64LE(BigInt(count), at + layout.LedgerSlot.size + 8 * Number(world));
      }
    });
    bytes.set(records, recordsAt);
    return bytes;
  }
}

function put<F extends Fields>(bytes: Buffer, struct: Struct<F>, values: Given<F>): void {
  for (const [name, value] of Object.entries(values)) {
    const field = struct.fields[name];
    if (!field) throw new Error(`no field ${name}`);
    const wide = BigInt(value as number | bigint);
    if (field.size === 8) bytes.writeBigUInt64LE(BigInt.asUintN(64, wide), field.offset);
    else if (field.size === 4) bytes.writeUInt32LE(Number(BigInt.asUintN(32, wide)), field.offset);
    else bytes.writeUInt16LE(Number(wide), field.offset);
  }
}
