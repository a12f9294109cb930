import { describe, expect, it } from 'vitest';
import { observed, unchanged } from './harness/situation.ts';
import { build } from './harness/toolchain.ts';

const WAYS = ['prctl', 'seccomp', 'syscall', 'inline'];
const PROGRAM = ['-O1', '-fno-builtin', '-w', '-pthread', '-std=c++17'];
/** With more arenas the C library opens a file of /proc itself. */
const ENV = { env: { MALLOC_ARENA_MAX: '1' } };
const dies = (signal: string) => ({ kind: 'signal', signal }) as const;

/** What the program does wrong, by the function that does it; three threads and the first one do it each. */
const FAULTS = [
  ['cross_release', 'CF001'],
  ['double_release', 'CF002'],
  ['inner_release', 'CF003'],
  ['stack_release', 'CF003'],
  ['static_release', 'CF003'],
  ['sized_release', 'CF004'],
  ['foreign_realloc', 'CF001'],
];

describe.each(WAYS)('a sandbox that the program enters by %s', (way) => {
  it('hears of no call that the program does not make', async () => {
    const program = await build('sandbox/every_entry.cc', PROGRAM);
    await unchanged([program, way], { ...ENV, prints: 'all done' });
  });

  it('keeps what is found in it, of each kind and from each thread', async () => {
    const program = await build('sandbox/every_entry.cc', PROGRAM);
    const { run, stdout } = await observed([program, way, 'faults'], ENV);
    expect([run.outcome, stdout]).toEqual([{ kind: 'exit', code: 0 }, 'all done\n']);
    for (const [name, code] of FAULTS) {
      const found = run.findings.filter((finding) =>
        finding.death?.stack.some((frame) => frame.function?.startsWith(name ?? '')),
      );
      expect([name, found.reduce((sum, finding) => sum + finding.count, 0)]).toEqual([name, 4]);
      expect(new Set(found.map((finding) => finding.code))).toEqual(new Set([code]));
    }
  });

  it.each([
    ['null', 'SIGSEGV'],
    ['trap', 'SIGILL'],
  ])('lets it die there as ever, with a record: %s', async (how, signal) => {
    const program = await build('sandbox/every_entry.cc', PROGRAM);
    const { run } = await unchanged([program, way, how], { ...ENV, ends: dies(signal), prints: 'all done' });
    expect(run.crashes).toMatchObject([{ complete: true, fault: { signal } }]);
  });

  it('is really there', async () => {
    const program = await build('sandbox/every_entry.cc', PROGRAM);
    await unchanged([program, way, 'extra'], { ...ENV, ends: dies('SIGSYS'), prints: 'all done' });
  });
});
