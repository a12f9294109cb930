import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { planted, unchanged } from './harness/situation.ts';
import { build, buildBy, lacking } from './harness/toolchain.ts';

describe('names of libc’s that the program has for itself', () => {
  it('on_exit, which is not ready before main', async () => {
    await unchanged([await build('symbols/on_exit.c')], { prints: '1 registered' });
  });

  it('almost everything that a runtime might call', async () => {
    const program = await build('symbols/own_names.c');
    await unchanged([program], { prints: /start files called \d\nall are mine/ });
    await planted([program, 'fault'], { code: 'CF002', within: 'twice', prints: 'all are mine' });
  });

  it('the loader’s list: what is loaded later is still seen', async () => {
    const program = await build('symbols/loader_list.c');
    const library = await build('symbols/late.c', ['-shared', '-fPIC'], 'late.so');
    await unchanged([program, library], { prints: 'there are objects' });
    await planted([program, library, 'fault'], { within: 'late', prints: 'done' });
  });
});

/** What a build brings into the executable, or in front of it, has libc's names for itself, too. */
const BROUGHT: Record<string, string[][]> = {
  clang: [
    ['-fsanitize=thread'],
    ['-fsanitize=memory'],
    ['-fsanitize=address'],
    ['-fsanitize=leak'],
    ['-fsanitize=undefined'],
  ],
  gcc: [
    ['-fsanitize=thread'],
    ['-fsanitize=address'],
    ['-fsanitize=address', '-static-libasan'],
    ['-fsanitize=leak'],
    ['-pg'],
  ],
};

describe.each(Object.entries(BROUGHT))('builds of %s', (compiler, builds) => {
  it.skipIf(lacking(compiler)).each(builds.map((flags) => [flags.join(' '), flags] as const))(
    '%s',
    async (_, flags) => {
      const program = await buildBy(compiler, 'symbols/plain.c', flags);
      const cwd = tmpdir(); // a profile is left there
      const { stderr } = await unchanged([program], { cwd, ends: { kind: 'exit', code: 3 }, prints: 'done' });
      expect(stderr).not.toContain('Warning');
    },
  );
});
