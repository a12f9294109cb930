import { describe, expect, it } from 'vitest';
import { measured, planted, unchanged } from './harness/situation.ts';
import { build, lacking } from './harness/toolchain.ts';

describe('stacks of unusual shape', () => {
  it('coroutines, resumed in another thread', async () => {
    const program = await build('stacks/coroutines.c');
    await unchanged([program], { prints: '8 finished' });
    const { run } = await planted([program, 'fault'], { within: 'body' });
    expect(run.findings[0]?.birth?.stack.map((frame) => frame.function).join()).toContain('body');
  });

  it('a hundred thousand calls deep', async () => {
    const program = await build('stacks/deep.c');
    await unchanged([program], { prints: '200002 blocks' });
    await planted([program, 'fault'], { count: 1, within: 'cross_free' });
  });

  it.skipIf(lacking('rustc'))('a structure of Rust that is dropped fifty thousand calls deep', async () => {
    await unchanged([await build('stacks/deep_drop.rs')], { prints: 'last 79' });
  });

  it('half a million call sites', async () => {
    const program = await build('stacks/many_sites.c');
    const ended = await unchanged([program]);
    expect(measured(ended, 'rss')).toBeLessThan(512 * 1024);
    await planted([program, 'fault'], { within: 'cross_free' });
  });

  it('the very top of a stack, without unwind information, with a wild frame pointer', async () => {
    const program = await build('stacks/edge.c');
    await unchanged([program]);
    await planted([program, 'fault'], { within: '' });
  });

  it('code that was written at run time', async () => {
    const program = await build('stacks/generated_code.c');
    await unchanged([program]);
    const { run } = await planted([program, 'fault'], { within: '' });
    expect(run.findings[0]?.count).toBe(99);
  });
});
