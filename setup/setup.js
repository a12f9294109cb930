#!/usr/bin/env node
/**
 * Sets up a checkout: Debian packages, npm packages, the build. Quick when nothing is missing.
 *
 *   node setup/setup.js [test|lab|bench]
 *
 * Plain Node without any package, since this is what installs them.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { alone } from './alone.js';
import { installDebianPackages } from './debian.js';
import { BINARIES, cargoCommand, targetFolder } from './lab.js';
import { PACKAGES, PURPOSES } from './packages.js';
import { findCommand, findProof } from './presence.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const OLDEST_NODE = [20, 19];

/** @param {string} text */
const say = (text) => console.error(`setup: ${text}`);

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  say(`Node.js ${OLDEST_NODE.join('.')} or later is needed, this is ${process.versions.node}`);
  process.exit(1);
}

/** @param {import('./packages.js').Purpose | undefined} purpose */
async function setUpDebian(purpose) {
  const wanted = PACKAGES.filter(({ purposes }) => !purpose || purposes.includes(purpose));
  const missing = wanted.filter((debian) => !findProof(debian));
  if (missing.length > 0) await installDebianPackages(missing, say);
}

/**
 * Whether npm's own record of what it installed lacks something that the lock file asks for.
 */
function npmIsStale() {
  const lock = join(root, 'package-lock.json');
  const record = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(record)) return true;
  if (statSync(record).mtimeMs >= statSync(lock).mtimeMs) return false;
  const installed = readPackages(record);
  return Object.entries(readPackages(lock)).some(([path, wanted]) => {
    if (path === '') return false; // the package itself
    const found = installed[path];
    return found ? found.version !== wanted.version : !wanted.optional;
  });
}

/**
 * @param {string} path of a lock file
 * @returns {Record<string, { version?: string, optional?: boolean }>}
 */
function readPackages(path) {
  return JSON.parse(readFileSync(path, 'utf8')).packages ?? {};
}

function setUpNpm() {
  if (!npmIsStale()) return;
  say('installing the npm packages (npm ci)');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
}

/**
 * @param {string} command
 * @param {string[]} args
 */
function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (status === 0) return;
  say(`\`${[command, ...args].join(' ')}\` failed${error ? `: ${error.message}` : ` with status ${status}`}`);
  process.exit(1);
}

/** The lab measures for minutes as it is: what takes long to compile is compiled before. */
function setUpLab() {
  const target = targetFolder(root);
  const made = BINARIES.every((binary) => existsSync(join(target, 'release', binary)));
  if (!findCommand('cargo')) return; // the lab says what it is without
  if (!made) say('compiling jemalloc for the lab (once, a minute or so)');
  const [command, ...args] = cargoCommand(join(root, 'specimens/lab'), BINARIES);
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, CARGO_TARGET_DIR: target },
  });
  if (status !== 0) say('jemalloc could not be compiled: three experiments leave out a part');
}

const asked = process.argv[2];
const purpose = PURPOSES.find((known) => known === asked);
if (asked !== undefined && !purpose) {
  say(`expects \`${PURPOSES.join('`, `')}\` or nothing, but got \`${asked}\``);
  process.exit(2);
}
checkNode();
await setUpDebian(purpose);
// `npm test` and `npm run lab` may be started side by side
await alone(join(root, 'build/setup.lock'), setUpNpm);
run(process.execPath, [join(root, 'setup/build.js')]);
if (purpose === 'lab') setUpLab();
