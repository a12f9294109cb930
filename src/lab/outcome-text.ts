import type { Outcome } from '../model/index.ts';

/** An outcome in two words: `exit 0`, `SIGSEGV`, `hung`. */
export function outcomeText(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'exit':
      return `exit ${outcome.code}`;
    case 'signal':
      return outcome.signal;
    case 'timeout':
      return `hung, ended after ${outcome.afterMs} ms`;
    case 'unrecorded':
      return 'ended unseen';
  }
}
