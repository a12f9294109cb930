import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Run } from '../model/index.ts';
import { type AsanRun, runUnderAsan } from './asan.ts';
import { type Captured, capture } from './capture.ts';
import { compile } from './compile.ts';
import { lacks, type Workbench } from './experiment.ts';
import { observe } from './observe.ts';
import { runUnderValgrind, type ValgrindRun } from './valgrind.ts';

/** What each way of looking says of one build of a Rust program; absent where the tool is not there. */
export interface Sight {
  flags: string;
  bare: Captured;
  valgrind?: ValgrindRun;
  /** `built`: compiled with it by nightly. `preloaded`: gcc's runtime put before the very same program. */
  asan?: AsanRun & { how: 'built' | 'preloaded' };
  run: Run;
}

/** Builds a specimen of the lab with rustc and these flags, and looks at it in every way there is. */
export async function look(bench: Workbench, source: string, flags: string): Promise<Sight> {
  bench.progress(`rustc ${flags} ${source}`);
  const name = basename(source, '.rs');
  const directory = join(bench.directory, name + flags.replaceAll(/[^\w-]/g, ''));
  await mkdir(directory);
  const file = join(bench.specimens, source);
  const program = await compile(['rustc', ...flags.split(' ')], file, join(directory, name));
  const sight: Sight = {
    flags,
    bare: await capture([program], { cwd: directory }),
    run: (await observe([`./${name}`], directory)).run,
  };
  if (!lacks(bench, 'valgrind')) sight.valgrind = await runUnderValgrind(program, directory);
  if (!lacks(bench, 'rustc-nightly')) {
    const sanitizing = ['+nightly', '-Zsanitizer=address', ...flags.split(' ')];
    const sanitized = await compile(['rustc', ...sanitizing], file, join(directory, `${name}-asan`));
    sight.asan = { ...(await runUnderAsan(sanitized, directory)), how: 'built' };
  } else if (!lacks(bench, 'libasan')) {
    sight.asan = { ...(await runUnderAsan(program, directory, { preload: true })), how: 'preloaded' };
  }
  return sight;
}

/** What a checker said: its kinds of error by name, or `nothing`. */
export function words(checker: Sight['valgrind'] | Sight['asan']): string {
  if (checker === undefined) return 'not installed';
  if (checker.errors.length > 0) return checker.errors.map(({ kind }) => kind).join(', ');
  if ('complete' in checker && !checker.complete) return 'broke off';
  return 'nothing';
}
