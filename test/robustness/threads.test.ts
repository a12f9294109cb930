import { describe, expect, it } from 'vitest';
import { measured, planted, unchanged } from './harness/situation.ts';
import { build, lacking } from './harness/toolchain.ts';

describe('threads', () => {
  it('eight times a million pairs', async () => {
    const program = await build('threads/pairs.c');
    const { run } = await unchanged([program]);
    expect(run.observed.allocations.c).toBeGreaterThanOrEqual(8_000_000);
    await planted([program, 'fault'], { within: 'cross_free' });
  });

  it('blocks released by other threads than made them', async () => {
    const program = await build('threads/handover.cc');
    const { run } = await unchanged([program]);
    expect(run.observed.allocations['c++[]']).toBeGreaterThanOrEqual(40_000);
  });

  it('a fault with a thread at either end', async () => {
    const program = await build('threads/handover.cc');
    const { run } = await planted([program, 'fault'], { within: 'wrongly' });
    const [finding] = run.findings;
    expect(finding?.count).toBe(40_000);
    expect(finding?.birth?.stack.map((frame) => frame.function).join()).toContain('produce');
    expect(finding?.birth?.thread).not.toBe(finding?.death?.thread);
  });

  it('ten thousand short threads', async () => {
    const ended = await unchanged([await build('threads/churn.c')]);
    expect(measured(ended, 'rss')).toBeLessThan(64 * 1024);
    expect(ended.run.observed.allocations.c).toBeGreaterThanOrEqual(20_000);
  });

  it('a thousand threads at once', async () => {
    const { run } = await unchanged([await build('threads/crowd.c')], { prints: '1000 threads' });
    expect(run.observed.allocations.c).toBeGreaterThanOrEqual(2_000);
  });

  it('destructors of thread-specific data that allocate', async () => {
    const program = await build('threads/tls_destructors.cc');
    await unchanged([program], { prints: '4 rounds' });
    await planted([program, 'fault'], { within: 'cross_free' });
  });

  it.skipIf(lacking('rustc'))('thread_local values of Rust whose drop allocates', async () => {
    await unchanged([await build('threads/thread_local_drop.rs')], { prints: 'sum 1225' });
  });

  it('an end of the process from another thread while more allocate', async () => {
    const program = await build('threads/exit_from_thread.c');
    await unchanged([program], { ends: { kind: 'exit', code: 7 } });
    await planted([program, 'fault'], { ends: { kind: 'exit', code: 7 }, within: 'cross_free' });
  });

  it('the smallest stacks that threads may have', async () => {
    const program = await build('threads/small_stacks.cc');
    await unchanged([program], { prints: '20 threads' });
    await planted([program, 'fault'], { prints: '20 threads', within: 'cross_free' });
  });

  it('threads that are cancelled', async () => {
    await unchanged([await build('threads/cancel.c')], { prints: '200 cancelled' });
  });

  it('the loader at work in some threads while others allocate, fork and walk the modules', async () => {
    const library = await build('modules/counted.c', ['-shared', '-fPIC'], 'counted.so');
    const program = await build('threads/loader_race.c');
    await unchanged([program, library]);
    await planted([program, library, 'fault'], { within: 'cross_free' });
  });

  it('a library whose constructor waits for a thread', async () => {
    const library = await build('threads/loader_thread.c', ['-shared', '-fPIC'], 'waiting.so');
    await unchanged([await build('threads/loader_race.c'), library]);
  });
});
