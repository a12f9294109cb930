// Bundles a script (Node 20 runs no TypeScript) and runs its `main`.
import { basename, dirname, join } from 'node:path';
import { build } from 'esbuild';

/**
 * @param {string} entry a file of the repository that exports `main(root, args)`: the exit status
 */
export async function runBundled(entry) {
  const root = dirname(import.meta.dirname);
  const outfile = join(root, 'build/bench', basename(entry).replace(/\.ts$/, '.js'));
  await build({
    entryPoints: [join(root, entry)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'warning',
  });
  const { main } = await import(outfile);
  process.exitCode = await main(root, process.argv.slice(2));
}
