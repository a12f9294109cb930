#!/usr/bin/env node
/**
 * Builds what is compiled, from its sources, where no platform package brought it.
 *
 *   node setup/native.js [--install]
 *
 * npm runs it with `--install` after an installation: then nothing is done where the platform package is
 * there, or in a checkout, which is built by `npm run build`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const PLATFORM = '@crossfree/linux-x64-gnu';

/** @param {string} path */
const versionOf = (path) => JSON.parse(readFileSync(path, 'utf8')).version;

function isThere() {
  if (existsSync(join(root, 'src')) || existsSync(join(root, 'dist/runtime/libcrossfree.so'))) return true;
  try {
    const manifest = join(root, 'package.json');
    const found = createRequire(manifest).resolve(`${PLATFORM}/package.json`);
    return versionOf(found) === versionOf(manifest);
  } catch {
    return false;
  }
}

/** @param {string} command */
function isInPath(command) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, command)));
}

/** @param {string} folder */
function make(folder) {
  const { status } = spawnSync(
    'make',
    [
      '--silent',
      '-C',
      join(root, folder),
      `OUT=${join(root, 'dist', folder)}`,
      `BUILD=${join(root, 'build', folder)}`,
    ],
    { stdio: 'inherit' },
  );
  return status === 0;
}

/** @param {string} text */
function fail(text) {
  console.error(`crossfree: ${text}`);
  process.exitCode = 1;
}

const compiler = process.env.CC ?? 'gcc';
const missing = [compiler, 'make'].filter((command) => !command.includes('/') && !isInPath(command));
if (process.argv.includes('--install') && isThere()) {
  // nothing to do
} else if (missing.length > 0) {
  fail(
    `its runtime is neither in the package ${PLATFORM} (was it installed with --omit=optional, or on another platform?) nor can it be built here: ${missing.join(' and ')} not found. Install \`${PLATFORM}@${versionOf(join(root, 'package.json'))}\`, or gcc, make and the headers of the C library (Debian: apt-get install gcc make libc6-dev), then \`node ${join(root, 'setup/native.js')}\``,
  );
} else if (!make('runtime') || !make('allocators')) {
  fail('its runtime could not be built; what is wrong stands above');
}
