import { asRun, isCorruption, isEvent, isFinding, isGap, lacks, NoResult } from '../report/saved.ts';
import { isFault, isPointedBlock } from '../report/saved-crash.ts';
import { isFrame, isListOf, isObject, isText } from '../report/shape.ts';
import type { Result } from './result.ts';

type Unknown = Record<string, unknown>;

/** Looks at every part of a kept result that a format reads: what a file holds is untrusted. Throws NoResult. */
export function asResult(value: Unknown & { schema: string }): Result {
  const check = CHECKS[value.schema];
  if (!check) throw new NoResult(`its schema is ${JSON.stringify(value.schema)}`);
  const lacking = check(value);
  if (lacking !== undefined) throw lacks(lacking);
  return value as unknown as Result;
}

const CHECKS: Readonly<Record<string, (value: Unknown) => string | undefined>> = {
  'crossfree/run@1': (value) => {
    asRun(value);
    return undefined;
  },
  'crossfree/merge@1': ({ runs, groups }) => {
    if (!isListOf(runs, isNamedRun)) return 'runs';
    return isListOf(groups, isGroup) ? undefined : 'groups';
  },
  'crossfree/matrix@1': ({ command, program, worlds, allocators, repeat, cells }) => {
    if (!isListOf(command, isText)) return 'command';
    if (!isObject(program) || !isText(program.sha256)) return 'program';
    if (!isListOf(worlds, isText)) return 'worlds';
    if (!isListOf(allocators, isText)) return 'allocators';
    if (typeof repeat !== 'number') return 'repeat';
    return isListOf(cells, isCell) ? undefined : 'cells';
  },
  'crossfree/forget@1': ({
    command,
    outcome,
    reason,
    guilty,
    untouched,
    withoutReleases,
    withoutGuilty,
    gaps,
  }) => {
    if (!isListOf(command, isText)) return 'command';
    if (!isOutcome(outcome)) return 'outcome';
    if (!isText(reason)) return 'reason';
    if (![untouched, withoutReleases, withoutGuilty].every((list) => isListOf(list, isEnding)))
      return 'untouched';
    if (!isListOf(gaps, isGap)) return 'gaps';
    return isListOf(guilty, isGuilty) ? undefined : 'guilty';
  },
  'crossfree/lab@1': ({ experiments, machine }) => {
    if (!isObject(machine)) return 'machine';
    const isExperiment = (one: unknown) => isObject(one) && isText(one.id) && isListOf(one.claims, isObject);
    return isListOf(experiments, isExperiment) ? undefined : 'experiments';
  },
  'crossfree/trace@1': ({ command, processes, problems }) => {
    if (!isListOf(command, isText)) return 'command';
    if (!isListOf(problems, isText)) return 'problems';
    return isListOf(processes, isTraced) ? undefined : 'processes';
  },
  'crossfree/autopsy@1': ({
    outcome,
    verdict,
    findings,
    evidence,
    flags,
    remarks,
    story,
    unknown,
    next,
    fault,
    heap,
    blocks,
    stops = [],
  }) => {
    if (!isOutcome(outcome)) return 'outcome';
    if (!isText(verdict)) return 'verdict';
    if (!isListOf(findings, isFinding)) return 'findings';
    if (fault !== undefined && !isFault(fault)) return 'fault';
    if (heap !== undefined && !isHeap(heap)) return 'heap';
    if (!isListOf(blocks ?? [], isPointedBlock)) return 'blocks';
    if (!isListOf(stops, isStop)) return 'stops';
    if (![evidence, flags, remarks, unknown].every((list) => isListOf(list, isObject))) return 'evidence';
    return [story, next].every((list) => isListOf(list, isText)) ? undefined : 'story';
  },
};

function isRun(value: unknown): boolean {
  asRun(value);
  return true;
}

function isNamedRun(value: unknown): boolean {
  return isObject(value) && isText(value.name) && isRun(value.run);
}

function isGroup(value: unknown): boolean {
  return (
    isObject(value) &&
    isText(value.fingerprint) &&
    typeof value.count === 'number' &&
    isListOf(value.runs, isText) &&
    isFinding(value.finding)
  );
}

function isCell(value: unknown): boolean {
  return (
    isObject(value) &&
    isObject(value.moved) &&
    isText(value.verdict) &&
    isListOf(value.distribution, isObject) &&
    isListOf(value.runs, isRun)
  );
}

function isOutcome(value: unknown): boolean {
  return isObject(value) && isText(value.kind);
}

function isEnding(value: unknown): boolean {
  return (
    isObject(value) && isText(value.verdict) && isOutcome(value.outcome) && typeof value.runs === 'number'
  );
}

function isGuilty(value: unknown): boolean {
  return (
    isObject(value) &&
    isEvent(value.site) &&
    typeof value.confidence === 'number' &&
    isListOf(value.alternatives, isEvent) &&
    (value.finding === undefined || isFinding(value.finding))
  );
}

function isStop(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { stack, source, instructions, words, locals, registers, frame } = value;
  return (
    isListOf(stack, isFrame) &&
    (frame === undefined || isFrame(frame)) &&
    [source, instructions].every((list) => isListOf(list, (one) => isObject(one) && isText(one.text))) &&
    isListOf(words, (one) => isObject(one) && isText(one.address) && isText(one.value)) &&
    isListOf(locals, (one) => isObject(one) && isText(one.name)) &&
    isObject(registers) &&
    Object.values(registers).every(isText)
  );
}

function isHeap(value: unknown): boolean {
  if (!isObject(value)) return false;
  const isPlace = (place: unknown) =>
    isObject(place) && isObject(place.block) && isListOf(place.pointers, isText);
  return (
    isListOf(value.corruption, isCorruption) &&
    isListOf(value.places, isPlace) &&
    [value.allocators, value.notes].every((list) => isListOf(list, isText))
  );
}

function isTraced(value: unknown): boolean {
  const isSite = (site: unknown) => isObject(site) && isText(site.world) && isListOf(site.stack, isFrame);
  return (
    isObject(value) &&
    isListOf(value.command, isText) &&
    isObject(value.totals) &&
    isObject(value.timeline) &&
    isListOf(value.lifetimes, isObject) &&
    isListOf(value.sites, isSite)
  );
}
