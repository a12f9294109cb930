import { ActNumber, FindingCodeNumber, ModuleFlag, Where, WorldFlag, WorldKind } from '../ledger/enums.ts';
import { moduleAt } from '../ledger/process-state.ts';
import type { FindingRecord } from '../ledger/records.ts';
import {
  type Act,
  type Block,
  FINDING_KINDS,
  type FindingCode,
  type FindingDetail,
  type PointerPlace,
  type World,
} from '../model/index.ts';
import { optional, type RawCause, type RawEvent, type RawFinding, type WorldOf } from './collect.ts';
import { fileName, type WorldNames } from './world-names.ts';

/** A finding whose stacks are still addresses. */
export interface Draft {
  code: FindingCode;
  pid: number;
  order: number;
  count: number;
  worlds: { allocated?: World; released?: World };
  block: Block;
  birth?: RawEvent & { probable: boolean };
  death?: RawEvent;
  /** Id of the release site, where they were recorded. */
  releaseSite?: string;
  /** CF002: the first release. */
  released?: RawEvent;
  /** CF011: the live block. */
  other?: { block: Block; birth?: RawEvent };
  /** CF011: wrong releases that may have caused it, the likeliest first. */
  causes?: CauseDraft[];
  /** What it is made of; those that were merged into it are among them. */
  records: readonly FindingRecord[];
  detail: FindingDetail;
}

/** A wrong release that reaches into what two blocks own. */
export interface CauseDraft {
  finding: FindingRecord;
  block: Block;
  on: 'block' | 'other' | 'neighbour';
}

const CODES: Record<number, FindingCode> = {
  [FindingCodeNumber.crossFree]: 'CF001',
  [FindingCodeNumber.doubleFree]: 'CF002',
  [FindingCodeNumber.invalidFree]: 'CF003',
  [FindingCodeNumber.layoutMismatch]: 'CF004',
  [FindingCodeNumber.twoOwners]: 'CF011',
};

const ACTS: Record<number, Act> = {
  [ActNumber.performed]: 'performed',
  [ActNumber.returned]: 'equivalent',
  [ActNumber.redirected]: 'redirected',
  [ActNumber.prevented]: 'prevented',
  [ActNumber.stopped]: 'stopped',
};

const PLACES: Record<number, PointerPlace> = {
  [Where.interior]: 'interior',
  [Where.stack]: 'stack',
  [Where.static]: 'static',
  [Where.mapped]: 'mapped',
  [Where.unmapped]: 'unmapped',
};

/** Undefined for a code that this version does not know. */
export function draft(raw: RawFinding, names: WorldNames): Draft | undefined {
  const { record } = raw;
  const code = CODES[record.code];
  if (!code) return undefined;
  const allocated = names.name(raw.birthWorld);
  const released = names.name(raw.releaseWorld);
  const reason = doubt(raw);
  const born = raw.birth;
  const detail: FindingDetail = {
    act: ACTS[record.act] ?? 'performed',
    ...optional('reason', reason?.reason),
    ...optional('restsOn', reason?.restsOn),
    ...details(code, raw),
  };
  return {
    code,
    pid: raw.pid,
    order: raw.order,
    count: Math.max(1, record.count),
    worlds: worldsOf(code, record, allocated, released),
    block: block(record.block || record.pointer, record.size, record.alignment),
    ...(born && { birth: { ...born, probable: record.birth_exact === 0 } }),
    ...optional('death', code === 'CF011' ? undefined : raw.death),
    ...optional('released', code === 'CF002' ? firstRelease(raw) : undefined),
    ...(code === 'CF011' && {
      other: { block: block(record.other_block, record.other_size, 0), ...optional('birth', raw.otherBirth) },
    }),
    ...(raw.causes.length > 0 && { causes: raw.causes.map((cause) => causeDraft(cause, record)) }),
    records: [record],
    detail,
  };
}

/** `overlap`: the finding that two blocks own the same bytes. */
function causeDraft({ record, finding }: RawCause, overlap: FindingRecord): CauseDraft {
  const { pointer } = record;
  const liveEnd = overlap.other_block + BigInt(overlap.other_size ?? 1);
  const inOther = pointer >= overlap.other_block && pointer < liveEnd;
  return {
    finding,
    block: block(record.block || pointer, record.size, 0),
    on: pointer === overlap.block ? 'block' : inOther ? 'other' : 'neighbour',
  };
}

/** In CF003 only a block that the pointer lies in has a world; CF011 has no release. */
function worldsOf(
  code: FindingCode,
  record: FindingRecord,
  allocated?: World,
  released?: World,
): Draft['worlds'] {
  const born = code !== 'CF003' || record.where === Where.interior;
  return {
    ...optional('allocated', born ? allocated : undefined),
    ...optional('released', code === 'CF011' ? undefined : released),
  };
}

function details(code: FindingCode, raw: RawFinding): Partial<FindingDetail> {
  const { record } = raw;
  switch (FINDING_KINDS[code]) {
    case 'cross-free':
      return { sameAllocator: record.same_allocator === 1 };
    case 'invalid-free': {
      const where = PLACES[record.where];
      return {
        pointer: hex(record.pointer),
        ...optional('where', where),
        ...(where === 'interior' && { offset: Number(record.pointer - record.block) }),
        ...(where === 'static' && optional('module', raw.whereModule?.path)),
      };
    }
    case 'layout-mismatch':
      return {
        expected: layout(record.size, record.alignment),
        actual: layout(record.given_size, record.given_alignment),
      };
    default:
      return {};
  }
}

function layout(size: number | undefined, alignment: number): { size?: number; alignment?: number } {
  return { ...optional('size', size), ...(alignment > 0 && { alignment }) };
}

function block(address: bigint, size: number | undefined, alignment: number): Block {
  return { address: hex(address), ...layout(size, alignment) };
}

/** Why the finding may be a false positive; undefined when it is proven. */
function doubt(raw: RawFinding): { reason: string; restsOn?: string } | undefined {
  for (const world of [raw.birthWorld, raw.releaseWorld]) {
    const flags = world?.module?.flags ?? 0;
    const guessed = world?.record.kind === WorldKind.rust && (flags & ModuleFlag.shimsGuessed) !== 0;
    if (world && (guessed || (world.record.flags & WorldFlag.guessed) !== 0)) {
      const path = world.module?.path;
      const subject = path === undefined ? 'a module' : fileName(path);
      return {
        reason: `${subject} has no symbols, its Rust allocation functions were recognised by their shape`,
        ...optional('restsOn', path),
      };
    }
  }
  if (raw.record.doubt === 1) {
    return {
      reason:
        'the program’s malloc is its own, which may hand out and take back blocks past the functions that are observed',
    };
  }
  const { birthWorld, releaseWorld } = raw;
  if (
    raw.record.same_allocator === 1 &&
    birthWorld &&
    releaseWorld &&
    sameOperators(birthWorld, releaseWorld)
  ) {
    const own = isPrivate(birthWorld) ? birthWorld : releaseWorld;
    const path = own.module?.path;
    return {
      reason: `${path === undefined ? 'a module' : fileName(path)} brings operators new and delete of its own, which here rest on the same allocator as the others`,
      ...optional('restsOn', path),
    };
  }
  return undefined;
}

/** Both are new and delete, or both new[] and delete[], but not of the same module. */
function sameOperators(a: WorldOf, b: WorldOf): boolean {
  const { kind } = a.record;
  const operators = kind === WorldKind.cxx || kind === WorldKind.cxxArray;
  return operators && kind === b.record.kind && (isPrivate(a) || isPrivate(b));
}

function isPrivate(world: WorldOf): boolean {
  return (world.record.flags & WorldFlag.private) !== 0;
}

/** The first release: its return address is all that was kept. */
function firstRelease({ record, modules }: RawFinding): RawEvent | undefined {
  const address = record.released_at;
  const module = address > 0 ? moduleAt(modules, address - 1) : undefined;
  return module && { thread: 0, function: 0, frames: [{ address, module }], truncated: true };
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}
