import { constants } from 'node:os';
import type { Outcome } from '../model/index.ts';

/** What `timeout` of the coreutils ends with as well. */
const TIMED_OUT = 124;

/** The exit status that tells a shell of an outcome: 128+n after signal n. */
export function exitStatus(outcome: Outcome): number {
  switch (outcome.kind) {
    case 'exit':
      return outcome.code;
    case 'signal':
      return 128 + (constants.signals[outcome.signal as NodeJS.Signals] ?? 0);
    case 'timeout':
      return TIMED_OUT;
    case 'unrecorded':
      return 0;
  }
}
