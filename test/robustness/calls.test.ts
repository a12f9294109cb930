import { describe, expect, it } from 'vitest';
import { measured, planted, unchanged } from './harness/situation.ts';
import { build } from './harness/toolchain.ts';

/** Each is a program whose output says what it got; a fault at its end must still be found. */
describe('what allocation functions promise', () => {
  it.each([
    ['usable sizes, statistics, tuning', 'calls/sizes.c', /mallopt 1 1/],
    ['alignments of 8 bytes to 1 MiB', 'calls/alignments.cc', /posix_memalign\(24\) 22 1/],
    ['overflow, failure, zero, null', 'calls/edges.c', /block still here/],
    ['one function inside another', 'calls/inside.c', /^10000 blocks$/m],
    ['errno', 'calls/errno.cc', /^done$/m],
    ['allocations inside the C library; variadic calls', 'calls/stdio.c', /8.125/],
  ])('%s', async (_title, source, prints) => {
    const program = await build(source);
    await unchanged([program], { prints });
    await planted([program, 'fault'], { prints, within: 'cross_free' });
  });

  it('registers that a callee must keep', async () => {
    const program = await build('calls/registers.c');
    await unchanged([program], { prints: '0 changed, mxcsr 3f80, x87 f7f' });
    await planted([program, 'fault'], { within: 'call_with_registers' });
  });

  it('a million live blocks', async () => {
    const program = await build('calls/many_blocks.c');
    const { run } = await unchanged([program]);
    expect(run.observed.allocations.c).toBeGreaterThanOrEqual(1_000_000);
    await planted([program, 'fault'], { within: 'cross_free' });
  });

  it('blocks of gigabytes that are hardly touched', async () => {
    const program = await build('calls/huge.c');
    const ended = await unchanged([program], { prints: '8 GiB: block 1' });
    expect(measured(ended, 'rss')).toBeLessThan(64 * 1024);
    await planted([program, 'fault'], { within: 'cross_free' });
  });
});
