import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Run } from '../model/index.ts';

/** The file in which `--out DIR` keeps a run. */
const RUN_FILE = 'run.json';

/** It cannot be read, or is no result; the message says what came instead. */
export class NoResult extends Error {}

/**
 * A run that `--out DIR` or `--json FILE` kept; `path` is the folder or the file. Throws NoResult on anything
 * else. What the file holds is untrusted: every part that a format reads is looked at here.
 */
export function readRun(path: string): Run {
  let text: string;
  try {
    text = readFileSync(statSync(path).isDirectory() ? join(path, RUN_FILE) : path, 'utf8');
  } catch (error) {
    throw new NoResult((error as Error).message);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new NoResult('it is no JSON, or breaks off');
  }
  const schema = isObject(value) ? value.schema : undefined;
  if (schema !== 'crossfree/run@1') {
    throw new NoResult(`its schema is ${schema === undefined ? 'not named' : JSON.stringify(schema)}`);
  }
  const lacking = lackingPart(value as Record<string, unknown>);
  if (lacking !== undefined) throw new NoResult(`its \`${lacking}\` is missing or of another shape`);
  return value as unknown as Run;
}

function lackingPart(run: Record<string, unknown>): string | undefined {
  const { command, arrangement, outcome, verdict, coverage, findings, processes, observed } = run;
  if (!isListOf(command, isText)) return 'command';
  if (!isObject(arrangement)) return 'arrangement';
  if (!isObject(outcome) || !isText(outcome.kind)) return 'outcome';
  if (!isText(verdict)) return 'verdict';
  if (!isText(coverage)) return 'coverage';
  if (!isListOf(processes, isObject)) return 'processes';
  if (!isObject(observed) || !isListOf(observed.gaps, isGap)) return 'observed';
  return isListOf(findings, isFinding) ? undefined : 'findings';
}

function isFinding(value: unknown): boolean {
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

function isEvent(value: unknown): boolean {
  return isObject(value) && typeof value.thread === 'number' && isListOf(value.stack, isFrame);
}

function isFrame(value: unknown): boolean {
  if (!isObject(value)) return false;
  const texts = [value.function, value.file, value.module, value.offset];
  return texts.every((text) => text === undefined || isText(text));
}

function isGap(value: unknown): boolean {
  return isObject(value) && isText(value.reason) && isText(value.remedy);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isListOf(value: unknown, isMember: (member: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isMember);
}
