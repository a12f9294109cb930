import { describe, expect, it } from 'vitest';
import { acts, observed, planted, summary, thorough, unchanged } from './harness/situation.ts';
import { build, lacking } from './harness/toolchain.ts';

const exits = (code: number) => ({ kind: 'exit', code }) as const;
const dies = (signal: string) => ({ kind: 'signal', signal }) as const;
/** As compilers do from -O2 on: even a `free` that is one `ret` has room for a jump to whoever observes it. */
const ALIGNED = ['-falign-functions=16'];
const EXCEPTIONS = ['-Wno-alloc-size-larger-than'];

describe('signal handlers', () => {
  it.each(['real', 'prof'])('that allocate when a timer (%s) fires between allocations', async (timer) => {
    const program = await build('signals/alarm_between.c');
    await unchanged([program, timer]);
    await planted([program, timer, 'fault'], { within: 'cross_free' });
  });

  it('that allocate in the middle of allocations', async () => {
    const program = await build('signals/storm.c', ALIGNED);
    await unchanged([program], { prints: 'the storm is over' });
    await planted([program, 'fault'], { prints: 'the storm is over', within: 'cross_free' });
  });

  it.skipIf(!thorough('a storm of signals, thirty times'))('that do so again and again', async () => {
    const program = await build('signals/storm.c', ALIGNED);
    for (let i = 0; i < 30; i++) await unchanged([program], { prints: 'the storm is over' });
  });

  it('that do wrong while the program does', async () => {
    const program = await build('signals/storm_faults.c', ALIGNED);
    const { run } = await observed([program]);
    expect(run.outcome).toEqual(exits(0));
    // One finding for each place at which the handler interrupted, at most; all are of the planted kinds.
    for (const line of summary(run.findings)) expect(line).toMatch(/^CF001 .* <- give_back <- cross_free/);
    const inHandler = run.findings.filter((finding) =>
      finding.death?.stack.some((frame) => frame.function === 'cross_free_in_handler'),
    );
    expect(acts(inHandler)).toBeGreaterThanOrEqual(450);
    expect(acts(run.findings)).toBeGreaterThan(acts(inHandler));
  });

  it('that jump out of malloc', async () => {
    const program = await build('signals/jump_out.c', ALIGNED);
    await unchanged([program], { prints: '2000 jumps' });
    await planted([program, 'fault'], { within: 'cross_free' });
  });

  it('on an alternate stack', async () => {
    const program = await build('signals/alternate_stack.c');
    await unchanged([program], { prints: 'handled' });
    await planted([program, 'fault'], { within: 'cross_free' });
  });

  it('of a program that survives its own stack overflow and null accesses', async () => {
    const program = await build('signals/own_handler.c');
    await unchanged([program], { prints: 'caught an overflow' });
    await planted([program, 'fault'], { within: 'cross_free' });
  });

  it('are as they would be without us', async () => {
    await unchanged([await build('signals/dispositions.c')], { prints: '11: default flags 0' });
  });
});

describe('the record of a crash', () => {
  it('shows in nothing that the program asks of its handlers and alternate stacks', async () => {
    await unchanged([await build('signals/believed.c')], { prints: 'recovered 100000 times' });
  });

  it('leaves each of three dozen ways to die as it is', async () => {
    const program = await build('signals/ends.c', ['-w']);
    const { run } = await unchanged([program], {
      prints: /^read_null: signal 11/m,
      env: { CROSSFREE_CRASH_RECORD: 'threads' },
    });
    const { header } = process.report.getReport() as { header: { glibcVersionRuntime: string } };
    // from 2.41 on abort takes the default action before it lets a blocked signal through
    const isNew = Number(header.glibcVersionRuntime.split('.')[1]) >= 41;
    const handled = [
      'blocked',
      'ignored',
      'ignored_abort',
      'abort_handled',
      ...(isNew ? ['blocked_abort'] : []),
    ];
    const recorded = new Set(run.crashes?.map((crash) => crash.pid));
    // blocked, ignored and abort_handled: the kernel, or abort, goes past every handler
    expect(recorded.size).toBe(33 - handled.length);
    expect(run.crashes?.every((crash) => crash.complete)).toBe(true);
    const within = run.crashes?.map(
      ({ fault }) => fault.stack?.map((frame) => frame.function).join(' < ') ?? '',
    );
    for (const way of ['read_null', 'call_null', 'divide', 'by_vfork', 'own_small_stack', 'handler_returns'])
      expect(within?.filter((stack) => stack.includes(`${way} < main`)).length, way).toBeGreaterThan(0);
    expect(within?.filter((stack) => stack.startsWith('deeper < deeper')).length).toBe(2);
  });

  it('of a thread’s stack overflow is made only where it is asked for: it takes a system call of each thread', async () => {
    const program = await build('signals/ends.c', ['-w']);
    const ends = { ends: exits(0), prints: /^thread_overflow: signal 11/ } as const;
    const plain = await unchanged([program, 'thread_overflow'], ends);
    expect(plain.run.crashes).toBeUndefined();
    const asked = await unchanged([program, 'thread_overflow'], {
      ...ends,
      env: { CROSSFREE_CRASH_RECORD: 'threads' },
    });
    expect(asked.run.crashes).toMatchObject([{ complete: true, fault: { signal: 'SIGSEGV' } }]);
  });

  it('tells what a handler of the program’s own was called for', async () => {
    const program = await build('signals/reraise.c');
    const { run } = await unchanged([program], { ends: dies('SIGABRT') });
    const [crash] = run.crashes ?? [];
    expect([crash?.fault.signal, crash?.fault.signalCode]).toEqual(['SIGABRT', 'SI_TKILL']);
    expect(crash?.earlier).toMatchObject([{ signal: 'SIGSEGV', signalCode: 'SEGV_MAPERR', address: '0x18' }]);
    expect(crash?.earlier?.[0]?.frame).toMatchObject({ function: 'reads' });
  });
});

describe('stack overflows', () => {
  it.each([[[]], [['thread']]])('in C: SIGSEGV as ever %j', async (words) => {
    const program = await build('signals/overflow.c');
    const { run } = await unchanged([program, ...words], { ends: dies('SIGSEGV'), prints: 'about to' });
    expect(run.verdict).toBe('crashed');
  });

  it('what was found before is not lost', async () => {
    const program = await build('signals/overflow.c');
    await planted([program, 'fault'], { ends: dies('SIGSEGV'), within: 'cross_free' });
  });

  it.skipIf(lacking('rustc')).each([
    [[], 'main'],
    [['thread'], 'deep'],
  ])('in Rust: its own message and SIGABRT %j', async (words, thread) => {
    const program = await build('signals/rust_overflow.rs');
    const after = await unchanged([program, ...words], { ends: dies('SIGABRT'), prints: 'about to' });
    expect(after.stderr).toMatch(new RegExp(`thread '${thread}' .*has overflowed its stack`));
    expect(after.stderr).toContain('fatal runtime error: stack overflow');
  });
});

describe('ways of leaving a function', () => {
  it('longjmp over frames that hold blocks', async () => {
    const program = await build('signals/jumps.c');
    await unchanged([program], { prints: '10000 jumps' });
    await planted([program, 'fault'], { within: 'cross_free' });
  });

  it('exceptions through operator new, new_handler, nothrow', async () => {
    const program = await build('signals/exceptions.cc', EXCEPTIONS);
    await unchanged([program], { prints: 'handler was called 3 times' });
    await planted([program, 'fault'], { within: 'cross_free' });
  });

  it.skipIf(lacking('rustc'))('panics of Rust', async () => {
    await unchanged([await build('signals/rust_panics.rs')], { ends: exits(101), prints: 'true true' });
  });
});

describe('ways of ending', () => {
  it.each([
    ['nothing', exits(0)],
    ['exit', exits(255)],
    ['_exit', exits(3)],
    ['_Exit', exits(4)],
    ['quick_exit', exits(5)],
    ['exit_group', exits(6)],
    ['abort', dies('SIGABRT')],
    ['1', dies('SIGHUP')],
    ['9', dies('SIGKILL')],
    ['11', dies('SIGSEGV')],
    ['13', dies('SIGPIPE')],
    ['15', dies('SIGTERM')],
  ] as const)('%s', async (how, ends) => {
    const program = await build('signals/endings.c');
    await unchanged([program, how], { ends, prints: 'begun' });
    await planted([program, how, 'fault'], { ends, prints: 'begun', within: 'cross_free' });
  });
});
