import { expect, it } from 'vitest';
import { checkKernel, limitOf } from './kernel.ts';

const LIMITS = `Limit                     Soft Limit           Hard Limit           Units
Max core file size        0                    unlimited            bytes
Max address space         4294967296           unlimited            bytes
`;

function states(files: Record<string, string>) {
  return Object.fromEntries(checkKernel((path) => files[path]).map(({ id, state }) => [id, state]));
}

it('is content with an ordinary machine', () => {
  const files = { '/proc/sys/vm/overcommit_memory': '0', '/proc/sys/kernel/yama/ptrace_scope': '0' };
  expect(states(files)).toEqual({ overcommit: 'ok', 'address-space': 'ok', cores: 'ok', ptrace: 'ok' });
});

it('notes what takes something away, and the line that mends it', () => {
  const files = {
    '/proc/self/limits': LIMITS,
    '/proc/sys/vm/overcommit_memory': '2',
    '/proc/sys/kernel/core_pattern': 'core',
    '/proc/sys/kernel/yama/ptrace_scope': '1',
  };
  expect(states(files)).toEqual({
    overcommit: 'note',
    'address-space': 'note',
    cores: 'note',
    ptrace: 'note',
  });
  expect(checkKernel((path) => files[path as keyof typeof files]).every(({ remedy }) => remedy)).toBe(true);
});

it('reads a limit', () => {
  expect(limitOf(LIMITS, 'Max address space')).toBe('4294967296');
  expect(limitOf(LIMITS, 'Max processes')).toBeUndefined();
  expect(limitOf(undefined, 'Max processes')).toBeUndefined();
});
