import { constants } from 'node:os';

const CODES: Record<string, string[]> = {
  SIGSEGV: ['SEGV_MAPERR', 'SEGV_ACCERR', 'SEGV_BNDERR', 'SEGV_PKUERR'],
  SIGBUS: ['BUS_ADRALN', 'BUS_ADRERR', 'BUS_OBJERR', 'BUS_MCEERR_AR', 'BUS_MCEERR_AO'],
  SIGILL: ['ILL_ILLOPC', 'ILL_ILLOPN', 'ILL_ILLADR', 'ILL_ILLTRP', 'ILL_PRVOPC'],
  SIGFPE: ['FPE_INTDIV', 'FPE_INTOVF', 'FPE_FLTDIV', 'FPE_FLTOVF', 'FPE_FLTUND'],
  SIGTRAP: ['TRAP_BRKPT', 'TRAP_TRACE'],
  SIGSYS: ['SYS_SECCOMP'],
};
const OTHERS: Record<number, string> = { 0: 'SI_USER', 128: 'SI_KERNEL', [-6]: 'SI_TKILL', [-1]: 'SI_QUEUE' };

/** `SIGSEGV` of 11; undefined where the number is no signal's. */
export function nameOfSignal(number: number): string | undefined {
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
}

/** The kernel's reason for a signal: `SEGV_MAPERR` of SIGSEGV and 1. */
export function nameOfSignalCode(signal: string, code: number): string | undefined {
  return CODES[signal]?.[code - 1] ?? OTHERS[code];
}
