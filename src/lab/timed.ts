import { join } from 'node:path';
import { compile } from './compile.ts';
import type { Workbench } from './experiment.ts';

/** How every figure of a timed program comes about; said beside them. */
export const METHOD =
  'Timed in C in a process of its own, pinned, after a warm-up; the median of the repetitions and, in brackets, the least and the greatest.';

/** Builds one of the timed programs; the compiler may not know what malloc is, or it leaves calls out. */
export function timedProgram(bench: Workbench, name: string): Promise<string> {
  return compile(
    ['gcc', '-O2', '-fno-builtin-malloc', '-fno-builtin-free', '-pthread'],
    join(bench.specimens, 'timed', `${name}.c`),
    join(bench.directory, name),
  );
}
