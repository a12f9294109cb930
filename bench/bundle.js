// Bundles a benchmark (Node 20 runs no TypeScript) and runs its `main`.
import { dirname, join } from 'node:path';
import { build } from 'esbuild';

/**
 * @param {string} entry a file in this folder that exports `main(root, args)`: the exit status
 */
export async function runBench(entry) {
  const here = import.meta.dirname;
  const root = dirname(here);
  const outfile = join(root, 'build/bench', entry.replace(/\.ts$/, '.js'));
  await build({
    entryPoints: [join(here, entry)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'warning',
  });
  const { main } = await import(outfile);
  process.exitCode = await main(root, process.argv.slice(2));
}
