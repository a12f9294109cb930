const TINY = 1;
const LG_TINY = 3;
const LG_QUANTUM = 4;

/** Size classes of a build with a quantum of 16 bytes, four to a doubling. */
export const SIZE_CLASSES = 232;
/** Of these are slabs made. */
export const SMALL_CLASSES = 39;

/** Bytes of the size class `index`: 8, 16, 32, 48, … */
export function classSize(index: number): number {
  if (index < TINY) return 2 ** (LG_TINY + index);
  const group = (index - TINY) >> 2;
  const step = ((index - TINY) & 3) + 1;
  const base = group === 0 ? 0 : 2 ** (LG_QUANTUM + 1 + group);
  const delta = 2 ** ((group === 0 ? 1 : group) + LG_QUANTUM - 1);
  return base + step * delta;
}
