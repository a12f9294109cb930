import { isatty } from 'node:tty';
import { printable } from '../report/printable.ts';
import { say } from '../report/say.ts';

const STDERR = 2;
const ERASE = '\r\x1b[K';

/** One line on stderr that says what is going on; nothing where that is no terminal. */
export interface ProgressLine {
  step(text: string): void;
  /** Takes the line away, before something else is written. */
  clear(): void;
}

export function progressLine(): ProgressLine {
  if (!isatty(STDERR) || process.env.TERM === 'dumb') return { step: () => {}, clear: () => {} };
  return {
    // one that wraps could not be erased
    step: (text) => say(ERASE + printable(text).slice(0, (process.stderr.columns ?? 80) - 1)),
    clear: () => say(ERASE),
  };
}
