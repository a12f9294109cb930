import { describe, expect, test } from 'vitest';
import type { Finding, Run } from '../../src/model/index.ts';
import { differences, objections } from './compare.ts';
import type { Observation } from './observe.ts';
import type { Program } from './program.ts';

const PROGRAM: Program = {
  id: 'x',
  what: 'x',
  from: { debian: ['x'] },
  version: 'x',
  command: ['x'],
  follows: ['x'],
};

const seen = (
  stdout: string,
  stderr = '',
  status = 0,
  produced: Observation['produced'] = {},
): Observation => ({
  ended: {
    status,
    stdout: Buffer.from(stdout),
    stderr: Buffer.from(stderr),
    timedOut: false,
    milliseconds: 1,
  },
  produced,
});

const run = (more: Partial<Run> = {}): Run => ({
  schema: 'crossfree/run@1',
  command: ['x'],
  arrangement: { c: 'glibc' },
  outcome: { kind: 'exit', code: 0 },
  verdict: 'clean',
  coverage: 'full',
  findings: [],
  processes: [{ pid: 1, command: ['/usr/bin/x'], outcome: { kind: 'exit', code: 0 } }],
  observed: { allocations: { c: 3 }, gaps: [], unknownReleases: 0 },
  ...more,
});

const finding: Finding = {
  code: 'CF001',
  kind: 'cross-free',
  certainty: 'proven',
  message: 'm',
  count: 1,
  worlds: { allocated: 'c', released: 'c++' },
  block: { address: '0x10' },
  death: { thread: 1, stack: [{ function: 'wrong_release(int)' }] },
  detail: { act: 'equivalent' },
};

describe('differences', () => {
  test('none where only the report follows on standard error', () => {
    expect(differences(PROGRAM, seen('a', 'warning\n'), seen('a', 'warning\ncrossfree  CLEAN\n'))).toEqual(
      [],
    );
  });

  test('standard output is compared byte by byte', () => {
    expect(differences(PROGRAM, seen('same1'), seen('same2'))).toEqual([
      'standard output differs at byte 4 of 5 and 5: bare "same1", observed "same2"',
    ]);
    expect(differences(PROGRAM, seen('a'), seen('a\n'))).toHaveLength(1);
  });

  test('so are the exit status, standard error and the files made', () => {
    expect(differences(PROGRAM, seen('', '', 3), seen('', '', 99))[0]).toContain('3 bare, 99 observed');
    expect(differences(PROGRAM, seen('', 'one'), seen('', 'two'))[0]).toContain('standard error');
    const made = (bytes?: string) =>
      seen('', '', 0, { o: bytes === undefined ? undefined : Buffer.from(bytes) });
    expect(differences(PROGRAM, made('1'), made('2'))[0]).toContain('o differs');
    expect(differences(PROGRAM, made('1'), made())[0]).toContain('did not make o');
    expect(differences(PROGRAM, made(), made())[0]).toContain('the bare run did not make o');
  });
});

describe('objections', () => {
  test('none to a clean run that saw the program', () => {
    expect(objections(PROGRAM, run())).toEqual([]);
  });

  test('a run without result, without allocation or without the program is not taken for one', () => {
    expect(objections(PROGRAM, undefined)).toHaveLength(1);
    expect(
      objections(PROGRAM, run({ observed: { allocations: {}, gaps: [], unknownReleases: 0 } })),
    ).toHaveLength(1);
    expect(objections(PROGRAM, run({ processes: [] }))).toHaveLength(1);
    expect(objections(PROGRAM, run({ coverage: 'none' }))).toHaveLength(1);
  });

  test('a finding is an objection unless it is a known bug, and a known bug must be found', () => {
    const found = run({ verdict: 'latent', findings: [finding] });
    expect(objections(PROGRAM, found)).toHaveLength(2);
    const known: Program = {
      ...PROGRAM,
      known: [{ code: 'CF001', function: 'wrong_release', evidence: 'e' }],
    };
    expect(objections(known, found)).toEqual([]);
    expect(objections(known, run())).toHaveLength(1);
  });

  test('what nothing can see must be called unobservable', () => {
    const refused: Program = { ...PROGRAM, verdict: 'unobservable' };
    expect(objections(refused, run({ verdict: 'unobservable', coverage: 'none' }))).toEqual([]);
    expect(objections(refused, run())).toHaveLength(1);
  });
});
