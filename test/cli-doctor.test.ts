import { expect, it } from 'vitest';
import { crossfree } from './crossfree.ts';

it('really observes a program, and says what is there', () => {
  const { status, stdout, stderr } = crossfree(['doctor']);
  expect(stdout).toMatch(/^This machine can observe programs\.\n/);
  expect(stdout).toMatch(/ok +observing +\/bin\/true was run and observed\n/);
  expect(stderr).toBe('');
  expect(status).toBe(0);
});

it('says the same as data', () => {
  const { status, stdout } = crossfree(['doctor', '--json']);
  const health = JSON.parse(stdout);
  expect(health).toMatchObject({ schema: 'crossfree/doctor@1', observes: true });
  const ids = health.checks.map(({ id }: { id: string }) => id);
  expect(ids).toEqual(
    expect.arrayContaining(['runtime', 'observing', 'llvm', 'gdb', 'valgrind', 'rust', 'ptrace']),
  );
  expect(status).toBe(0);
});

it('fails when observing does not work, and says why', () => {
  const { status, stdout } = crossfree(['doctor'], { env: { TMPDIR: '/no/such/folder' } });
  expect(stdout).toMatch(/^This machine cannot observe programs\.\n/);
  expect(stdout).toContain('set TMPDIR');
  expect(status).toBe(1);
});
