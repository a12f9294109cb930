#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../dist/main.cjs', import.meta.url));
if (existsSync(main)) {
  createRequire(import.meta.url)(main);
} else {
  const root = fileURLToPath(new URL('..', import.meta.url));
  process.stderr.write(`crossfree is not built: run \`npm run build\` in ${root}\n`);
  process.exitCode = 125;
}
