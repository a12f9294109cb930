import { describe, expect, it } from 'vitest';
import { LedgerWriter } from '../ledger/ledger-writer.fixture.ts';
import { C, crossFree, EXITED, FREE, MALLOC, RUST, run, usual } from './run.fixture.ts';

describe('processes of a run', () => {
  it('merges what happened at the same place, in other processes too', async () => {
    const child = new LedgerWriter({ pid: 200, parent_pid: 100, flags: 3, exit_code: 4, started_ns: 9 }, 200)
      .module(1, '/x/app', 0x910_0000, 0x920_0000, 1 | 2 | 4)
      .world(C, 1)
      .world(RUST, 4, 1)
      .stack(300, MALLOC, [0x910_1001, 0x910_2001])
      .stack(301, FREE, [0x910_3001])
      .finding({ ...crossFree, count: 5, birth_stack: 300, death_stack: 301 });
    const parent = usual()
      .finding({ ...crossFree, count: 2 })
      .finding({ ...crossFree, birth_stack: 129 });
    const { findings, processes } = await run(parent, EXITED, [child]);
    expect(findings.map(({ count, pid }) => [count, pid])).toEqual([
      [7, 100],
      [1, 100],
    ]);
    expect(processes).toEqual([
      { pid: 100, command: ['./app'], outcome: EXITED },
      { pid: 200, parent: 100, command: ['./app'], outcome: { kind: 'exit', code: 4 } },
    ]);
  });

  it('follows forked children to their ends', async () => {
    const writer = usual().fork(200).exit(3);
    writer.pid = 100;
    writer.fork(201).message('double free or corruption (out)\n');
    writer.pid = 100;
    writer.fork(202);
    const { processes } = await run(writer);
    expect(processes.map(({ pid, parent, outcome }) => [pid, parent, outcome])).toEqual([
      [100, undefined, EXITED],
      [200, 100, { kind: 'exit', code: 3 }],
      [201, 100, { kind: 'signal', signal: 'SIGABRT', message: 'double free or corruption (out)\n' }],
      [202, 100, { kind: 'unrecorded' }],
    ]);
  });

  it('lists a process that became another program once', async () => {
    const shell = new LedgerWriter({ pid: 200, parent_pid: 100, started_ns: 1 }, 200).exec('/bin/true');
    const program = new LedgerWriter({ pid: 200, parent_pid: 100, flags: 3, started_ns: 2 }, 200);
    const { processes, observed } = await run(usual(), EXITED, [shell, program]);
    expect(processes.map(({ pid }) => pid)).toEqual([100, 200]);
    expect(observed.gaps).toEqual([]);
  });

  it('says that a program was started without the runtime', async () => {
    const { coverage, observed } = await run(usual().fork(200).exec('/usr/bin/env', 0));
    expect(coverage).toBe('partial');
    expect(observed.gaps[0]).toMatchObject({
      module: '/usr/bin/env',
      reason: expect.stringContaining('environment'),
    });
  });

  it('does not take a failed exec for a program', async () => {
    expect((await run(usual().exec('/usr/bin/env', 0).message('still here'))).observed.gaps).toEqual([]);
  });
});
