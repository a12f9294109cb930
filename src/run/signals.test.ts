import { expect, it } from 'vitest';
import { inForeground } from './signals.ts';

it.each([
  [{ terminal: 0, group: 5, foreground: -1 }, false],
  [{ terminal: 34816, group: 5, foreground: 5 }, true],
  [{ terminal: 34816, group: 5, foreground: 9 }, false],
])('a terminal has sent its signal to the program too: %j %s', (stat, foreground) => {
  expect(inForeground({ ...stat, state: 'S', parent: 1, started: 0 })).toBe(foreground);
});
