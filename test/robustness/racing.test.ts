import { describe, expect, it } from 'vitest';
import { acts, type Expectation, observed, summary } from './harness/situation.ts';
import { build, lacking } from './harness/toolchain.ts';

const BLOCKS = 2_000;
const JEMALLOC = '/usr/lib/x86_64-linux-gnu/libjemalloc.so.2';

/**
 * Each block is released once by each of `ways` threads, and once alone it goes through. What bare
 * does with this is a matter of luck, so only the observed run is looked at.
 */
async function oneGoesThrough(command: string[], ways: number, expectation: Expectation = {}) {
  const after = await observed(command, expectation);
  expect(after.run.outcome, after.stderr).toMatchObject({ kind: 'exit', code: 0 });
  expect(after.stdout).toContain('ok');
  const again = after.run.findings.filter((finding) => finding.code === 'CF002');
  expect(acts(again), summary(after.run.findings).join('\n')).toBe(BLOCKS * (ways - 1));
  for (const finding of again)
    expect(finding.block?.size).toBe(Number(command.find((word) => Number(word) > 0) ?? 64));
  return after.run.findings.filter((finding) => finding.code !== 'CF002');
}

describe('releases at one instant', () => {
  it.each([
    ['free and free', '64', '0', 'free', 'free'],
    ['narrow blocks', '24', '0', 'free', 'free'],
    ['blocks with mappings of their own', '200000', '0', 'free', 'free'],
    ['aligned blocks', '64', '64', 'free', 'free'],
    ['four threads', '64', '0', 'free', 'free', 'free', 'free'],
    ['free and realloc', '64', '0', 'free', 'realloc'],
    ['delete and delete', '64', '0', 'delete', 'delete'],
    ['sized delete and delete', '64', '0', 'sized', 'delete'],
  ])('%s', async (_, ...words) => {
    const program = await build('threads/racing.cc');
    expect(await oneGoesThrough([program, ...words], words.length - 2)).toEqual([]);
  });

  it('blocks in the hash table, where there is no room for the shadow', async () => {
    const program = await build('threads/racing.cc');
    const limited = ['sh', '-c', 'ulimit -v 33554432; exec "$@"', 'sh', program, '64', '0', 'free', 'free'];
    expect(await oneGoesThrough(limited, 2)).toEqual([]);
  });

  it('an operator delete of the program’s own, which calls free', async () => {
    const program = await build('threads/racing.cc', ['-DOWN_OPERATORS'], 'own');
    expect(await oneGoesThrough([program, '64', '0', 'sized', 'delete'], 2)).toEqual([]);
  });

  it.skipIf(lacking(JEMALLOC))('under a preloaded jemalloc', async () => {
    const program = await build('threads/racing.cc');
    const preloaded = { env: { LD_PRELOAD: JEMALLOC } };
    expect(await oneGoesThrough([program, '64', '0', 'free', 'free'], 2, preloaded)).toEqual([]);
  });

  it.skipIf(lacking('rustc'))('a drop and a drop in Rust', async () => {
    const program = await build('threads/racing.rs');
    expect(await oneGoesThrough([program], 2)).toEqual([]);
  });

  it.skipIf(lacking('rustc'))('a drop in Rust and a free in C', async () => {
    const program = await build('threads/racing.rs');
    /* Where free comes first it is the wrong one to release the block, too. */
    for (const finding of await oneGoesThrough([program, 'free'], 2)) expect(finding.code).toBe('CF001');
  });
});
