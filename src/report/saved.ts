import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Run } from '../model/index.ts';
import { areCrashes } from './saved-crash.ts';
import { isFrame, isListOf, isObject, isText } from './shape.ts';

/** The file in which `--out DIR` keeps a run. */
const RUN_FILE = 'run.json';

/** It cannot be read, or is no result; the message says what came instead. */
export class NoResult extends Error {}

/** The files in which the commands' `--out DIR` keep a result. */
const FILES = [RUN_FILE, 'matrix.json', 'forget.json', 'merge.json', 'lab.json'];

/** A JSON object that names its schema, from a file or from a folder of `--out`. Throws NoResult. */
export function readSaved(path: string): Record<string, unknown> & { schema: string } {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(statSync(path).isDirectory() ? fileIn(path) : path, 'utf8'));
  } catch (error) {
    throw new NoResult(
      error instanceof SyntaxError ? 'it is no JSON, or breaks off' : (error as Error).message,
    );
  }
  const schema = isObject(value) ? value.schema : undefined;
  if (typeof schema !== 'string') throw new NoResult('its schema is not named');
  return value as Record<string, unknown> & { schema: string };
}

function fileIn(folder: string): string {
  return join(folder, FILES.find((name) => existsSync(join(folder, name))) ?? RUN_FILE);
}

/**
 * A run that `--out DIR` or `--json FILE` kept; `path` is the folder or the file. Throws NoResult on anything
 * else.
 */
export function readRun(path: string): Run {
  const value = readSaved(path);
  if (value.schema !== 'crossfree/run@1') throw new NoResult(`its schema is ${JSON.stringify(value.schema)}`);
  return asRun(value);
}

/** What a file holds is untrusted: every part of a run that a format reads is looked at here. Throws NoResult. */
export function asRun(value: unknown): Run {
  const lacking = isObject(value) ? lackingPart(value) : 'command';
  if (lacking !== undefined) throw lacks(lacking);
  return value as Run;
}

export function lacks(part: string): NoResult {
  return new NoResult(`its \`${part}\` is missing or of another shape`);
}

function lackingPart(run: Record<string, unknown>): string | undefined {
  const { command, arrangement, outcome, verdict, coverage, findings, processes, observed } = run;
  const { corruption = [], crashes } = run;
  if (!isListOf(command, isText)) return 'command';
  if (!isObject(arrangement)) return 'arrangement';
  if (!isObject(outcome) || !isText(outcome.kind)) return 'outcome';
  if (!isText(verdict)) return 'verdict';
  if (!isText(coverage)) return 'coverage';
  if (!isListOf(processes, isObject)) return 'processes';
  if (!isObject(observed) || !isListOf(observed.gaps, isGap)) return 'observed';
  if (!isListOf(corruption, isCorruption)) return 'corruption';
  if (!areCrashes(crashes)) return 'crashes';
  return isListOf(findings, isFinding) ? undefined : 'findings';
}

const ADDRESS = /^0x[0-9a-f]{1,16}$/;

export function isCorruption(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { allocator, kind, what, address, around } = value;
  const isWord = (word: unknown) => isObject(word) && isText(word.bytes);
  return (
    [allocator, kind, what].every(isText) &&
    isAddress(address) &&
    (around === undefined ||
      (isObject(around) && isAddress(around.address) && isListOf(around.words, isWord)))
  );
}

function isAddress(value: unknown): boolean {
  return isText(value) && ADDRESS.test(value);
}

export function isFinding(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { code, kind, certainty, message, count, worlds, block, detail, birth, death } = value;
  return (
    [code, kind, certainty, message].every(isText) &&
    typeof count === 'number' &&
    isObject(worlds) &&
    isObject(block) &&
    isObject(detail) &&
    [birth, death, detail.released].every((event) => event === undefined || isEvent(event)) &&
    (detail.other === undefined || (isObject(detail.other) && isEvent(detail.other.birth))) &&
    (detail.cause === undefined || isCause(detail.cause))
  );
}

function isCause(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { code, message, block, on, death } = value;
  return [code, message, on].every(isText) && isObject(block) && (death === undefined || isEvent(death));
}

export function isEvent(value: unknown): boolean {
  return isObject(value) && typeof value.thread === 'number' && isListOf(value.stack, isFrame);
}

export function isGap(value: unknown): boolean {
  return isObject(value) && isText(value.reason) && isText(value.remedy);
}
