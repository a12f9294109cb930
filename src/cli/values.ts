import type { OnFinding } from '../model/index.ts';
import { badValue } from './failure.ts';

const UNITS: Record<string, number> = { '': 1, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
/** The longest that a timer of Node can wait. */
const LONGEST_MS = 2 ** 31 - 1;

/** Milliseconds of `500`, `500ms`, `5s`, `1.5m` or `2h`; more than nothing. */
export function parseDuration(option: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|)$/.exec(text);
  const ms = match ? Math.round(Number(match[1]) * (UNITS[match[2] ?? ''] ?? 1)) : 0;
  if (ms < 1 || ms > LONGEST_MS) {
    throw badValue(option, 'a duration from 1ms to 596h, such as `500ms`, `5s` or `2m`', text);
  }
  return ms;
}

/** An exit status that a shell can tell. */
export function parseExitStatus(option: string, text: string): number {
  if (!/^\d{1,3}$/.test(text) || Number(text) > 255) throw badValue(option, 'a number from 0 to 255', text);
  return Number(text);
}

const WAYS: readonly OnFinding[] = ['heal', 'faithful', 'stop'];

export function parseOnFinding(option: string, text: string): OnFinding {
  const way = WAYS.find((candidate) => candidate === text);
  if (!way) throw badValue(option, '`heal`, `faithful` or `stop`', text);
  return way;
}
