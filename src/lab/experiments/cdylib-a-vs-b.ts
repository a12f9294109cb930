import { join } from 'node:path';
import { compile } from '../compile.ts';
import type { Workbench } from '../experiment.ts';
import { pairsExperiment } from '../pairs.ts';

/** Three libraries of one source: two alike, and one with an allocator of its own. */
const LIBRARIES: Readonly<Record<string, readonly string[]>> = {
  'liba.so': [],
  'libb.so': [],
  'libarena.so': ['--cfg', 'arena'],
};

export const experiment = pairsExperiment({
  id: 'cdylib-a-vs-b',
  title: 'A Box of one Rust library, dropped by another',
  source: 'cdylib.c',
  compiler: ['rustc'],
  build: buildAll,
  acts: [
    { name: 'system', codes: ['CF001'] },
    { name: 'arena', codes: ['CF001'] },
    { name: 'from-arena', codes: ['CF001'] },
    { name: 'healthy', codes: [] },
  ],
  why: 'each library has allocation shims of its own: what another does with the block is its allocator’s affair, and only where both sit on malloc it is what the owner would have done',
});

/** The program finds the libraries beside itself. */
async function buildAll(bench: Workbench): Promise<string> {
  for (const [name, flags] of Object.entries(LIBRARIES)) {
    bench.progress(`cdylib-a-vs-b: ${name}`);
    await compile(
      // not optimised: an allocator in the crate of its users is inlined into them, and no shim is called any more
      ['rustc', '--edition', '2021', '-g', '--crate-type', 'cdylib', ...flags],
      join(bench.specimens, 'cdylib.rs'),
      join(bench.directory, name),
    );
  }
  return compile(
    ['gcc', '-O1', '-g', `-DFOLDER="${bench.directory}"`],
    join(bench.specimens, 'cdylib.c'),
    join(bench.directory, 'specimen'),
  );
}
