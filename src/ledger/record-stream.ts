import { RecordType } from './enums.ts';
import * as layout from './layout.ts';
import type { LedgerRecord } from './records.ts';
import { type Fields, readStruct, type Struct } from './struct.ts';

/** No record is longer: a stack has a few hundred frames, a path a few thousand bytes. */
const LONGEST_RECORD = 1 << 20;

/**
 * Decodes the records between `start` and `end`. A place without a record (its writer was killed between
 * reserving and finishing it, or the bytes are damaged) is passed over in steps of 8 bytes, up to the next
 * record that makes sense; `cutOff` counts such places.
 */
export function decodeRecords(
  view: DataView,
  start: number,
  end: number,
): { records: LedgerRecord[]; cutOff: number } {
  const records: LedgerRecord[] = [];
  let cutOff = 0;
  let lost = false;
  let at = start;
  while (at + layout.RecordHeader.size <= end) {
    const record = decodeRecord(view, at, end);
    if (record) {
      records.push(record.value);
      at += record.length;
      lost = false;
    } else {
      if (!lost) cutOff++;
      lost = true;
      at += 8;
    }
  }
  return { records, cutOff };
}

function decodeRecord(
  view: DataView,
  at: number,
  end: number,
): { value: LedgerRecord; length: number } | undefined {
  if (view.getUint16(at, true) !== layout.RECORD_MAGIC) return undefined;
  const header = readStruct(view, at, layout.RecordHeader);
  const { length } = header;
  if (length % 8 !== 0 || length < layout.RecordHeader.size || length > LONGEST_RECORD) return undefined;
  if (at + length > end) return undefined;
  const value = DECODERS[header.type]?.(new Body(view, at, length));
  return value && { value, length };
}

/** One record's bytes; nothing outside of them is read. */
class Body {
  readonly #view: DataView;
  readonly #at: number;
  readonly #length: number;

  constructor(view: DataView, at: number, length: number) {
    this.#view = view;
    this.#at = at;
    this.#length = length;
  }

  read<F extends Fields>(layoutOf: Struct<F>) {
    return this.#length < layoutOf.size ? undefined : readStruct(this.#view, this.#at, layoutOf);
  }

  /** The bytes from `offset` on, as many as there are, at most `length`. */
  bytes(offset: number, length: number): Buffer {
    const available = Math.max(0, Math.min(length, this.#length - offset));
    if (available === 0) return Buffer.alloc(0); // also where `offset` lies beyond the record
    return Buffer.from(this.#view.buffer, this.#view.byteOffset + this.#at + offset, available);
  }

  text(offset: number, length: number): string {
    return this.bytes(offset, length).toString('utf8');
  }

  addresses(offset: number, count: number): number[] {
    const available = Math.max(0, Math.min(count, Math.floor((this.#length - offset) / 8)));
    return Array.from({ length: available }, (_, index) => {
      const at = this.#at + offset + 8 * index;
      return this.#view.getUint32(at, true) + this.#view.getUint32(at + 4, true) * 0x1_0000_0000;
    });
  }
}

const DECODERS: Record<number, (body: Body) => LedgerRecord | undefined> = {
  [RecordType.module](body) {
    const fields = body.read(layout.RecordModule);
    if (!fields) return undefined;
    const at = layout.RecordModule.size;
    return {
      ...fields,
      type: 'module',
      path: body.text(at, fields.path_length),
      buildId: body.bytes(at + fields.path_length, fields.build_id_length).toString('hex'),
    };
  },
  [RecordType.moduleGone](body) {
    const fields = body.read(layout.RecordModuleMove);
    return fields && { ...fields, type: 'moduleGone' };
  },
  [RecordType.moduleBack](body) {
    const fields = body.read(layout.RecordModuleMove);
    return fields && { ...fields, type: 'moduleBack' };
  },
  [RecordType.world](body) {
    const fields = body.read(layout.RecordWorld);
    return fields && { ...fields, type: 'world' };
  },
  [RecordType.stack](body) {
    const fields = body.read(layout.RecordStack);
    return (
      fields && {
        ...fields,
        type: 'stack',
        frames: body.addresses(layout.RecordStack.size, fields.frame_count),
      }
    );
  },
  [RecordType.finding](body) {
    const fields = body.read(layout.RecordFinding);
    return fields && { ...fields, type: 'finding' };
  },
  [RecordType.cause](body) {
    const fields = body.read(layout.RecordCause);
    return fields && { ...fields, type: 'cause' };
  },
  [RecordType.pair](body) {
    const fields = body.read(layout.RecordPair);
    return fields && { ...fields, type: 'pair' };
  },
  [RecordType.gap](body) {
    const fields = body.read(layout.RecordGap);
    return (
      fields && { ...fields, type: 'gap', detail: body.text(layout.RecordGap.size, fields.detail_length) }
    );
  },
  [RecordType.provider](body) {
    const fields = body.read(layout.RecordProvider);
    return fields && { ...fields, type: 'provider' };
  },
  [RecordType.message](body) {
    const fields = body.read(layout.RecordMessage);
    return (
      fields && { ...fields, type: 'message', text: body.text(layout.RecordMessage.size, fields.text_length) }
    );
  },
  [RecordType.fork](body) {
    const fields = body.read(layout.RecordFork);
    return fields && { ...fields, type: 'fork' };
  },
  [RecordType.exit](body) {
    const fields = body.read(layout.RecordExit);
    return fields && { ...fields, type: 'exit' };
  },
  [RecordType.release](body) {
    const fields = body.read(layout.RecordRelease);
    return fields && { ...fields, type: 'release' };
  },
  [RecordType.releaseBirth](body) {
    const fields = body.read(layout.RecordReleaseBirth);
    return fields && { ...fields, type: 'releaseBirth' };
  },
  [RecordType.exec](body) {
    const fields = body.read(layout.RecordExec);
    return fields && { ...fields, type: 'exec', path: body.text(layout.RecordExec.size, fields.path_length) };
  },
  [RecordType.user](body) {
    const fields = body.read(layout.RecordUser);
    return fields && { ...fields, type: 'user' };
  },
  [RecordType.crash](body) {
    const fields = body.read(layout.RecordCrash);
    if (!fields) return undefined;
    const at = layout.RecordCrash.size;
    const frames = body.addresses(at, fields.frame_count);
    return {
      ...fields,
      type: 'crash',
      frames,
      bytes: body.bytes(at + 8 * frames.length, fields.code_length),
    };
  },
  [RecordType.crashBlock](body) {
    const fields = body.read(layout.RecordCrashBlock);
    return fields && { ...fields, type: 'crashBlock' };
  },
  [RecordType.crashMemory](body) {
    const fields = body.read(layout.RecordCrashMemory);
    return (
      fields && {
        ...fields,
        type: 'crashMemory',
        bytes: body.bytes(layout.RecordCrashMemory.size, fields.byte_count),
      }
    );
  },
  [RecordType.crashEnd](body) {
    const fields = body.read(layout.RecordCrashEnd);
    return fields && { ...fields, type: 'crashEnd' };
  },
};
