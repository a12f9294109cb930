import { writeSync } from 'node:fs';

const STDERR = 2;
/** How long a reader of stderr may keep us waiting without taking a byte. */
const PATIENCE_MS = 10_000;
const PAUSE_MS = 20;

/**
 * Writes to stderr, all of it and at once, without touching the stream's mode: the program shares
 * it. A reader that has gone is no error of ours.
 */
export function say(text: string, descriptor = STDERR): void {
  let rest = Buffer.from(text);
  let waited = 0;
  while (rest.length > 0 && waited < PATIENCE_MS) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
      waited = 0;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
      waited += PAUSE_MS;
    }
  }
}
