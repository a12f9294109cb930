import { expect, it } from 'vitest';
import { signalName } from './signal-name.ts';

it.each([
  [6, 'SIGABRT'],
  [11, 'SIGSEGV'],
  [29, 'SIGIO'],
  [33, 'SIG33'],
  [34, 'SIGRTMIN'],
  [64, 'SIGRTMIN+30'],
])('signal %i is %s', (number, name) => {
  expect(signalName(number)).toBe(name);
});
