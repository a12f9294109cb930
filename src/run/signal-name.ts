import { constants } from 'node:os';

/** Number of the first real-time signal that programs can use; glibc keeps two to itself. */
const FIRST_REAL_TIME = 34;

/** `SIGSEGV` of 11, `SIGRTMIN+1` of 35. */
export function signalName(number: number): string {
  const known = Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
  if (known !== undefined) return known;
  const beyond = number - FIRST_REAL_TIME;
  if (beyond < 0) return `SIG${number}`;
  return beyond === 0 ? 'SIGRTMIN' : `SIGRTMIN+${beyond}`;
}
