import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Sizes in bytes, as the kernel tells them of the first processor; absent where it does not. */
export interface Caches {
  l1?: number;
  l2?: number;
  l3?: number;
  line?: number;
}

const FOLDER = '/sys/devices/system/cpu/cpu0/cache';
const UNITS: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20 };

export function readCaches(folder = FOLDER): Caches {
  const caches: Caches = {};
  for (const index of list(folder)) {
    const told = (name: string) => text(join(folder, index, name));
    if (told('type') === 'Instruction') continue;
    const [, digits, unit = ''] = /^(\d+)([KM]?)$/.exec(told('size')) ?? [];
    const level = { '1': 'l1', '2': 'l2', '3': 'l3' }[told('level')] as 'l1' | 'l2' | 'l3' | undefined;
    if (level !== undefined && digits !== undefined) caches[level] = Number(digits) * (UNITS[unit] ?? 1);
    const line = Number(told('coherency_line_size'));
    if (line > 0) caches.line = line;
  }
  return caches;
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /^index\d+$/.test(name));
  } catch {
    return [];
  }
}

function text(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}
