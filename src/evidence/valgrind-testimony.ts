import type { Event, FindingDetail, Frame } from '../model/index.ts';
import type { Complaint, Testimony } from './testimony.ts';
import type { ValgrindError, ValgrindReport } from './valgrind.ts';

const TOOL = 'Valgrind';
const POSITION =
  /^Address (0x[0-9a-fA-F]+) is (\d+) bytes (inside|after|before) a block of size ([\d,]+) (free'd|alloc'd)/;

/** What Valgrind's report means in our words. */
export function valgrindTestimony(report: ValgrindReport): Testimony {
  const { fatal } = report;
  return {
    source: 'valgrind',
    tool: TOOL,
    complete: report.complete,
    ...(report.command && report.command.length > 0 && { command: report.command }),
    ...(fatal && {
      outcome: { kind: 'signal' as const, signal: fatal.signal },
      fault: { signal: fatal.signal, ...(fatal.address && { address: fatal.address }), stack: fatal.stack },
    }),
    complaints: report.errors.map(complaint),
    flags: [],
  };
}

function complaint(error: ValgrindError): Complaint {
  const first = error.more?.[0];
  const position = POSITION.exec(first?.what ?? '');
  const write = error.kind === 'InvalidWrite';
  const access = /of size (\d+)/.exec(error.what)?.[1];
  const freed = position?.[5] === "free'd";
  const event = (stack: Frame[]): Event => ({ thread: 1, stack });
  const born = freed ? error.more?.[1]?.stack : first?.stack;
  const code = codeOf(error.kind, position?.[3], freed);
  const detail: Partial<FindingDetail> = {
    ...(access !== undefined && { access: { kind: write ? 'write' : 'read', size: Number(access) } }),
    ...(position && { offset: Number(position[2]), pointer: (position[1] ?? '').toLowerCase() }),
    ...(freed && first && first.stack.length > 0 && { released: event(first.stack) }),
    ...(code === 'CF003' && where(first?.what, position?.[3])),
  };
  const leak = error.kind.startsWith('Leak_');
  return {
    tool: TOOL,
    kind: error.kind,
    message: first ? `${error.what}: ${first.what}` : error.what,
    ...(code && { code, certainty: 'proven' as const }),
    block: { ...(position && { size: Number((position[4] ?? '').replaceAll(',', '')) }) },
    ...(leak ? { birth: event(error.stack) } : { act: event(error.stack) }),
    ...(!leak && born && born.length > 0 && { birth: event(born) }),
    detail,
  };
}

function where(what: string | undefined, inside: string | undefined): Partial<FindingDetail> {
  if (inside === 'inside') return { where: 'interior' };
  if (what?.includes("'s stack")) return { where: 'stack' };
  return what?.includes('data symbol') ? { where: 'static' } : {};
}

function codeOf(kind: string, position: string | undefined, freed: boolean): Complaint['code'] {
  if (kind === 'InvalidFree') return freed ? 'CF002' : 'CF003';
  if (kind === 'MismatchedFree') return 'CF001';
  if (/^(Uninit|SyscallParam)/.test(kind)) return 'CF013';
  if (kind === 'Race') return 'CF014';
  if (kind === 'Overlap') return 'CF015';
  if (kind === 'Leak_DefinitelyLost') return 'CF012';
  if (kind !== 'InvalidRead' && kind !== 'InvalidWrite') return undefined;
  if (freed) return kind === 'InvalidWrite' ? 'CF007' : 'CF008';
  if (position === undefined) return undefined;
  return position === 'before' ? 'CF010' : 'CF009';
}
