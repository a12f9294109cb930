#!/usr/bin/env node
/**
 * Builds dist/: the bundled TypeScript, the preload library and the laboratory's allocators. Does nothing where nothing changed.
 *
 *   node setup/build.js [--clean]
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { alone } from './alone.js';
import { validatorsText } from './validators.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
const stamp = join(dist, 'bundle.stamp');

/**
 * What the bundle is made from: changes when any source file does.
 * @returns {string}
 */
function fingerprint() {
  const hash = createHash('sha256');
  /** @param {string} path */
  const add = (path) => {
    const { size, mtimeMs } = statSync(path);
    hash.update(`${relative(root, path)} ${size} ${mtimeMs}\n`);
  };
  const sources = ['src', 'web', 'schemas']
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
  for (const path of sources) add(path);
  add(fileURLToPath(import.meta.url));
  add(join(root, 'setup/validators.js'));
  add(join(root, 'package-lock.json'));
  return hash.digest('hex');
}

/**
 * The decoder of instructions is a file of its own: few commands need it, and it loads its WebAssembly from
 * beside itself.
 *
 * @type {import('esbuild').Plugin}
 */
const decoderApart = {
  name: 'decoder-apart',
  setup(build) {
    build.onResolve({ filter: /^iced-x86$/ }, () => ({ path: './iced-x86.cjs', external: true }));
  },
};

/** How what Node loads is bundled; the format is each one's own.
 * @type {Omit<import('esbuild').BuildOptions, 'write'> & { write: false }} */
const FOR_NODE = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  minify: true,
  legalComments: 'none',
  write: false,
  logLevel: 'warning',
};

/**
 * One file, as CommonJS: Node takes longer to find many small modules than to skip over what it does
 * not need, and an ES module would load each of Node's own modules that any command uses.
 */
async function bundle() {
  const wanted = fingerprint();
  const made = ['main.cjs', 'index.js', 'iced-x86.cjs', 'validators.cjs', 'web/page.js'].map((name) =>
    join(dist, name),
  );
  if (made.every((path) => existsSync(path)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted)
    return;
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['src/cli/main.ts'],
    outfile: 'dist/main.cjs',
    ...FOR_NODE,
    format: 'cjs',
    plugins: [decoderApart],
    define: { 'import.meta.url': 'crossfreeUrl' },
    banner: { js: "const crossfreeUrl=require('node:url').pathToFileURL(__filename).href;" },
  });
  const api = await build({
    absWorkingDir: root,
    entryPoints: ['src/index.ts'],
    outfile: 'dist/index.js',
    ...FOR_NODE,
    format: 'esm',
    plugins: [decoderApart],
    // what is bundled and no ES module itself asks for Node's modules in the old way
    banner: {
      js: "import{createRequire as crossfreeRequire}from'node:module';const require=crossfreeRequire(import.meta.url);",
    },
  });
  const decoder = await build({
    absWorkingDir: root,
    entryPoints: ['node_modules/iced-x86/iced_x86.js'],
    outfile: 'dist/iced-x86.cjs',
    ...FOR_NODE,
    format: 'cjs',
  });
  const validators = await build({
    stdin: { contents: await validatorsText(), resolveDir: root },
    outfile: join(dist, 'validators.cjs'),
    ...FOR_NODE,
    format: 'cjs',
  });
  const page = await build({
    absWorkingDir: root,
    entryPoints: ['web/page.tsx'],
    outdir: 'dist/web',
    bundle: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    minify: true,
    legalComments: 'none',
    // the page stands inside an HTML file
    charset: 'ascii',
    write: false,
    logLevel: 'warning',
  });
  mkdirSync(join(dist, 'web'), { recursive: true });
  const program = {
    path: join(dist, 'iced_x86_bg.wasm'),
    contents: readFileSync(join(root, 'node_modules/iced-x86/iced_x86_bg.wasm')),
  };
  const outputs = [
    outputFiles,
    api.outputFiles,
    decoder.outputFiles,
    validators.outputFiles,
    page.outputFiles,
    program,
  ].flat();
  for (const { path, contents } of outputs) {
    // renamed into place: whoever starts meanwhile reads the old one or the new one
    const temporary = `${path}.${process.pid}.tmp`;
    writeFileSync(temporary, contents);
    renameSync(temporary, path);
  }
  writeFileSync(stamp, wanted);
}

/** @param {'runtime' | 'allocators'} folder */
function compile(folder) {
  execFileSync('make', ['--silent', '-C', join(root, folder), `OUT=${join(dist, folder)}`], {
    stdio: 'inherit',
  });
}

try {
  await alone(join(root, 'build/lock'), async () => {
    if (process.argv.includes('--clean')) rmSync(dist, { recursive: true, force: true });
    await bundle();
    compile('runtime');
    compile('allocators');
  });
} catch (error) {
  // make and esbuild have said on stderr what is wrong
  const { message } = /** @type {Error} */ (error);
  console.error(`build failed: ${message.split('\n', 1)[0]}`);
  process.exitCode = 1;
}
