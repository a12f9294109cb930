import type { OnFinding } from '../model/index.ts';
import type { Shard } from '../search/shard.ts';
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

/** A whole number from 1 on. */
export function parseCount(option: string, text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw badValue(option, 'a whole number from 1 to 999999', text);
  return Number(text);
}

const SIZES: Record<string, number> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };
/** A process cannot even start with less. */
const LEAST_BYTES = 2 ** 20;

/** Bytes of `500M`, `2G` or plain digits. */
export function parseBytes(option: string, text: string): number {
  const match = /^(\d{1,12}(?:\.\d+)?)([KMG]?)$/.exec(text);
  const bytes = match ? Math.round(Number(match[1]) * (SIZES[match[2] ?? ''] ?? 1)) : 0;
  if (bytes < LEAST_BYTES || bytes > Number.MAX_SAFE_INTEGER)
    throw badValue(option, 'a size from 1M on, such as `500M` or `2G`', text);
  return bytes;
}

/** The items of `a,b,c`; none of them empty, none twice. */
export function parseList(option: string, text: string): string[] {
  const items = text.split(',');
  if (items.some((item) => item === '') || new Set(items).size < items.length)
    throw badValue(option, 'names with commas between them, each once', text);
  return items;
}

/** A part of a whole: `1/4` is the first of four. */
export function parseShard(option: string, text: string): Shard {
  const [, number, of] = /^([1-9]\d{0,3})\/([1-9]\d{0,3})$/.exec(text) ?? [];
  const shard = { number: Number(number), of: Number(of) };
  if (of === undefined || shard.number > shard.of)
    throw badValue(option, 'which part of how many, such as `1/4`', text);
  return shard;
}
