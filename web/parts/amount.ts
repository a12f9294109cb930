import type { Weight } from '../../src/report/flame.ts';

/** A weight in words: `3.2 MiB`, `1,204 allocations`. */
export function amount(value: number, weight: Weight): string {
  if (weight === 'allocations' || weight === 'temporary') return `${value.toLocaleString('en')} allocations`;
  return bytes(value);
}

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];

export function bytes(value: number): string {
  let unit = 0;
  let rest = value;
  while (rest >= 1024 && unit < UNITS.length - 1) {
    rest /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? rest : rest.toFixed(1)} ${UNITS[unit]}`;
}
