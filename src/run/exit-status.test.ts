import { expect, it } from 'vitest';
import type { Outcome } from '../model/index.ts';
import { exitStatus } from './exit-status.ts';

it.each<[Outcome, number]>([
  [{ kind: 'exit', code: 0 }, 0],
  [{ kind: 'exit', code: 200 }, 200],
  [{ kind: 'signal', signal: 'SIGSEGV' }, 139],
  [{ kind: 'signal', signal: 'SIGABRT', message: 'free(): invalid pointer' }, 134],
  [{ kind: 'signal', signal: 'SIGTERM' }, 143],
  [{ kind: 'timeout', afterMs: 5 }, 124],
])('%j is status %i', (outcome, status) => {
  expect(exitStatus(outcome)).toBe(status);
});
