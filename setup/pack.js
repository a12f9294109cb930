#!/usr/bin/env node
/**
 * Packs crossfree as npm has it: the package itself, and what is compiled as a package of its platform, which
 * npm installs where system, processor and C library are the right ones.
 *
 *   node setup/pack.js [FOLDER]      both tarballs go there, else into build/packages
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const destination = resolve(process.argv[2] ?? join(root, 'build/packages'));
const PLATFORM = '@crossfree/linux-x64-gnu';
const own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
/** What is compiled. */
const COMPILED = ['runtime', 'allocators'];

/**
 * @param {string} folder
 * @param {object} manifest
 */
function pack(folder, manifest) {
  for (const name of ['README.md', 'LICENSE']) cpSync(join(root, name), join(folder, name));
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  const made = execFileSync(
    'npm',
    ['pack', '--ignore-scripts', '--json', '--loglevel=error', '--pack-destination', destination],
    { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  );
  console.log(join(destination, JSON.parse(made)[0].filename));
}

/** @param {string} folder */
function packPlatform(folder) {
  for (const name of COMPILED) cpSync(join(root, 'dist', name), join(folder, name), { recursive: true });
  // lines of our own code help nobody there; the names of functions stay
  const objects = ['runtime/libcrossfree.so', 'runtime/libcrossfree-trace.so', 'runtime/crossfree-launch'];
  execFileSync('strip', ['--strip-debug', ...objects], { cwd: folder });
  pack(folder, {
    name: PLATFORM,
    version: own.version,
    description: 'What crossfree has compiled, for Linux on x86-64 with glibc.',
    license: own.license,
    os: ['linux'],
    cpu: ['x64'],
    libc: ['glibc'],
    files: COMPILED,
  });
}

/** @param {string} folder */
function packOwn(folder) {
  for (const name of [
    'CHANGELOG.md',
    ...own.files.filter((/** @type {string} */ file) => !file.startsWith('!')),
    'setup/native.js',
  ])
    cpSync(join(root, name), join(folder, name), {
      recursive: true,
      filter: (path) =>
        !COMPILED.some((name) => path === join(root, 'dist', name)) && !path.endsWith('bundle.stamp'),
    });
  const { devDependencies: _tools, scripts, ...manifest } = own;
  pack(folder, {
    ...manifest,
    scripts: { postinstall: scripts.postinstall },
    optionalDependencies: { [PLATFORM]: own.version },
  });
}

mkdirSync(destination, { recursive: true });
const staging = mkdtempSync(join(tmpdir(), 'crossfree-pack-'));
try {
  for (const [name, make] of /** @type {const} */ ([
    ['own', packOwn],
    ['platform', packPlatform],
  ])) {
    const folder = join(staging, name);
    mkdirSync(folder);
    make(folder);
  }
} finally {
  rmSync(staging, { recursive: true, force: true });
}
