import type { Outcome } from '../model/index.ts';
import { printable } from './printable.ts';
import { duration } from './words.ts';

/** How a process ended, as the end of a sentence: `exited 0`, `was ended by SIGSEGV`. */
export function outcomeText(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'exit':
      return `exited ${outcome.code}`;
    case 'signal':
      return `was ended by ${outcome.signal}${outcome.message ? ` (${printable(outcome.message.trim())})` : ''}`;
    case 'timeout':
      return `was killed after ${duration(outcome.afterMs)}`;
    case 'unrecorded':
      return 'ended unseen';
  }
}
