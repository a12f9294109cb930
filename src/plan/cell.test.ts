import { expect, it } from 'vitest';
import type { ProgramFacts } from '../inspect/program.ts';
import { planCell } from './cell.ts';

const facts: ProgramFacts = { requested: 'app', executable: '/bin/app', path: '/bin/app', preloadable: true };
const wishes = {
  command: ['app', 'x'],
  facts,
  cwd: '/home/a',
  env: { HOME: '/home/a' },
  ledgerDir: '/tmp/ledgers',
  runtime: '/opt/libcrossfree.so',
  onFinding: 'stop',
  errorExitcode: 42,
} as const;

it('tells the runtime all it needs by the environment', () => {
  expect(planCell({ ...wishes, command: [...wishes.command] }).env).toEqual({
    HOME: '/home/a',
    LD_PRELOAD: '/opt/libcrossfree.so',
    CROSSFREE_LEDGER_DIR: '/tmp/ledgers',
    CROSSFREE_ON_FINDING: 'stop',
    CROSSFREE_ERROR_EXITCODE: '42',
  });
});

it('takes over nothing that an outer crossfree asked of its own run', () => {
  const env = { CROSSFREE_ARRANGEMENT: 'c\t/x\t', CROSSFREE_OVERLAPS: '1', CROSSFREE_INSPECT_HEAP: 'always' };
  const planned = Object.keys(planCell({ ...wishes, command: ['app'], env }).env);
  expect(planned.filter((name) => name in env)).toEqual([]);
});

it('keeps what was preloaded already, behind the runtime', () => {
  const cell = planCell({ ...wishes, command: ['app'], env: { LD_PRELOAD: 'liba.so libb.so' } });
  expect(cell.env.LD_PRELOAD).toBe('/opt/libcrossfree.so:liba.so libb.so');
});

it('stays out of a program whose loader would refuse it', () => {
  const cell = planCell({ ...wishes, command: ['app'], facts: { ...facts, preloadable: false } });
  expect(cell.env.LD_PRELOAD).toBeUndefined();
});

it('leaves the environment that it was given as it was', () => {
  const env = { HOME: '/home/a' };
  planCell({ ...wishes, command: ['app'], env });
  expect(env).toEqual({ HOME: '/home/a' });
});
