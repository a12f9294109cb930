import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import * as enums from './enums.ts';
import * as layout from './layout.ts';
import { Shadow } from './shadow-layout.ts';
import * as trace from './trace/format.ts';

const description = fileURLToPath(new URL('../../dist/runtime/layout.json', import.meta.url));

interface Described {
  structs: Record<string, { size: number; fields: Record<string, { offset: number; size: number }> }>;
  enums: Record<string, number>;
}

interface Placed {
  size: number;
  fields: Record<string, { offset: number; size: number }>;
}

const STRUCTS: Record<string, Placed> = {
  ledger_question: layout.LedgerQuestion,
  ledger_range: layout.LedgerRange,
  record_header: layout.RecordHeader,
  record_module: layout.RecordModule,
  record_module_move: layout.RecordModuleMove,
  record_world: layout.RecordWorld,
  record_stack: layout.RecordStack,
  record_finding: layout.RecordFinding,
  record_cause: layout.RecordCause,
  record_pair: layout.RecordPair,
  record_gap: layout.RecordGap,
  record_provider: layout.RecordProvider,
  record_message: layout.RecordMessage,
  record_fork: layout.RecordFork,
  record_exit: layout.RecordExit,
  record_exec: layout.RecordExec,
  record_user: layout.RecordUser,
  record_release: layout.RecordRelease,
  record_release_birth: layout.RecordReleaseBirth,
  trace_header: trace.TraceHeader,
  trace_block: trace.TraceBlock,
  record_crash: layout.RecordCrash,
  record_crash_block: layout.RecordCrashBlock,
  record_crash_memory: layout.RecordCrashMemory,
  record_crash_end: layout.RecordCrashEnd,
};

/** C's names of our enumerations: `shimsPartial` of ModuleFlag is MODULE_SHIMS_PARTIAL. */
const ENUMS: Record<string, Record<string, number>> = {
  RECORD: enums.RecordType,
  LEDGER: enums.LedgerFlag,
  MODULE: enums.ModuleFlag,
  WORLD_KIND: enums.WorldKind,
  WORLD: enums.WorldFlag,
  FINDING: enums.FindingCodeNumber,
  ACT: enums.ActNumber,
  WHERE: enums.Where,
  GAP: enums.GapReason,
  ALLOCATOR: enums.KnownAllocator,
  SHADOW: Shadow,
  CRASH_BLOCK: enums.CrashBlockState,
  QUESTION: { ...enums.QuestionState, ...enums.QuestionKind },
  ANSWER: enums.AnswerFlag,
};

/** The same of a trace: three enumerations share a prefix. */
const TRACE = [trace.Form, trace.Kind, trace.TraceFlag];

/** Fields that mean something, with their places. */
function placesOf(struct: Placed, without: string[] = []) {
  const fields = Object.entries(struct.fields).filter(
    ([name]) => name !== 'reserved' && !without.includes(name),
  );
  return Object.fromEntries(fields.map(([name, { offset, size }]) => [name, { offset, size }]));
}

function constantName(prefix: string, name: string): string {
  return `${prefix}_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

const built = existsSync(description);
if (!built) console.warn('skipped: the layout is compared with the C compiler only after `npm run build`');

describe.runIf(built)('the layout', () => {
  const { structs, enums: numbers } = JSON.parse(readFileSync(description, 'utf8')) as Described;

  it.each(Object.entries(STRUCTS))('of %s is the C compiler’s', (name, ours) => {
    const theirs = structs[name];
    expect(theirs?.size).toBe(ours.size);
    // In C the header of a record is a struct of its own.
    const own =
      name.startsWith('record_') && name !== 'record_header' ? Object.keys(layout.RecordHeader.fields) : [];
    expect(theirs?.fields).toEqual(placesOf(ours, own));
  });

  it('of the ledger’s header and slots is the C compiler’s', () => {
    const header = structs.ledger_header;
    const { command, ...rest } = header?.fields ?? {};
    expect(rest).toEqual(placesOf(layout.LedgerHeader));
    expect(command).toEqual({ offset: layout.LedgerHeader.size, size: layout.LEDGER_COMMAND_MAX });
    const slot = structs.ledger_slot;
    expect(slot?.size).toBe(layout.SLOT_SIZE);
    expect(slot?.fields.allocations).toEqual({
      offset: layout.LedgerSlot.size,
      size: 8 * layout.LEDGER_WORLDS,
    });
  });

  it('knows every struct of the runtime', () => {
    expect(Object.keys(structs).sort()).toEqual(
      [...Object.keys(STRUCTS), 'ledger_header', 'ledger_slot'].sort(),
    );
  });

  it('has the sizes that the file is cut into', () => {
    expect(numbers).toMatchObject({
      LEDGER_VERSION: layout.LEDGER_VERSION,
      LEDGER_HEADER_SIZE: layout.LEDGER_HEADER_SIZE,
      LEDGER_SLOTS: layout.LEDGER_SLOTS,
      LEDGER_WORLDS: layout.LEDGER_WORLDS,
      RECORD_MAGIC: layout.RECORD_MAGIC,
      LEDGER_RANGES: layout.LEDGER_RANGES,
      LEDGER_QUESTION_AT: layout.LEDGER_QUESTION_AT,
      TRACE_VERSION: trace.TRACE_VERSION,
      TRACE_HEADER_SIZE: trace.HEADER_SIZE,
      TRACE_BLOCK: trace.BLOCK_SIZE,
      TRACE_DISTANCE_BITS: trace.DISTANCE_BITS,
      TRACE_SLOT_BITS: trace.SLOT_BITS,
      TRACE_SIZE_BITS: trace.SIZE_BITS,
      TRACE_TICKS_BITS: trace.TICKS_BITS,
    });
  });

  it.each(TRACE)('has the numbers of a trace’s %o', (ours) => {
    for (const [name, number] of Object.entries(ours)) {
      const constant = constantName('TRACE', name);
      expect([constant, numbers[constant]]).toEqual([constant, number]);
    }
  });

  it.each(Object.entries(ENUMS))('has the numbers of %s_*', (prefix, ours) => {
    for (const [name, number] of Object.entries(ours)) {
      const constant = constantName(prefix, name);
      expect([constant, numbers[constant]]).toEqual([constant, number]);
    }
  });
});
