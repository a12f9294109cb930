// Bundles the benchmark (Node 20 runs no TypeScript) and runs it.
import { dirname, join } from 'node:path';
import { build } from 'esbuild';

const here = import.meta.dirname;
const root = dirname(here);
const outfile = join(root, 'build/bench/main.js');
await build({
  entryPoints: [join(here, 'main.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  logLevel: 'warning',
});
const { main } = await import(outfile);
process.exitCode = main(root, process.argv.slice(2));
