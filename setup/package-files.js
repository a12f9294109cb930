#!/usr/bin/env node
/**
 * Writes what a package has beyond a built checkout: dist/types (declarations of the programmatic API), dist/man
 * (manual pages) and dist/licences.txt (of what is bundled).
 *
 *   node setup/package-files.js
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
/** An import in a declaration, by its file's name. */
const IMPORTED = /(?:\bfrom |\bimport\()['"](\.[^'"]*)\.ts['"]/g;
const API = join(root, 'src/index.ts');

/**
 * The declarations of the API and of all types that it names; imports are by the names that Node resolves. File
 * by file, which is quick, and needs every exported thing to state its type.
 */
async function writeDeclarations() {
  const { default: ts } = await import('typescript');
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [] }, ts.sys, root);
  rmSync(join(dist, 'types'), { recursive: true, force: true });
  const open = [API];
  /** @type {Set<string>} */
  const seen = new Set();
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    const { outputText, diagnostics = [] } = ts.transpileDeclaration(readFileSync(path, 'utf8'), {
      fileName: path,
      reportDiagnostics: true,
      compilerOptions: {
        ...options,
        noEmit: false,
        declaration: true,
        isolatedDeclarations: true,
        allowJs: false,
        checkJs: false,
      },
    });
    const [wrong] = diagnostics;
    if (wrong) throw new Error(`${path}: ${ts.flattenDiagnosticMessageText(wrong.messageText, ' ')}`);
    for (const [, target = ''] of outputText.matchAll(IMPORTED))
      open.push(join(dirname(path), `${target}.ts`));
    const out = join(dist, 'types', relative(join(root, 'src'), path).replace(/\.ts$/, '.d.ts'));
    mkdirSync(dirname(out), { recursive: true });
    writeFileSync(
      out,
      outputText.replace(IMPORTED, (whole) => whole.replace(/\.ts(?=['"]$)/, '.js')),
    );
  }
}

/** The manual pages, from the command line's own model. */
async function writeManual() {
  const { build } = await import('esbuild');
  const path = join(root, 'build/manual.cjs');
  await build({
    stdin: {
      contents: `export { makeProgram } from './src/cli/program.ts'; export { manualPages } from './src/cli/manual.ts';`,
      resolveDir: root,
    },
    outfile: path,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20.19',
    define: { 'import.meta.url': JSON.stringify(pathToFileURL(API).href) },
    logLevel: 'warning',
  });
  const { makeProgram, manualPages } = createRequire(path)(path);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  rmSync(join(dist, 'man'), { recursive: true, force: true });
  mkdirSync(join(dist, 'man'), { recursive: true });
  for (const { file, text } of manualPages(makeProgram(), version))
    writeFileSync(join(dist, 'man', file), text);
}

/** The licences of the packages that the bundles hold, as these ask for. */
async function writeLicences() {
  const { build } = await import('esbuild');
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['src/cli/main.ts', 'web/page.tsx'],
    outdir: 'build/licences',
    bundle: true,
    format: 'esm',
    platform: 'node',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
  const names = new Set(
    Object.keys(metafile.inputs).flatMap(
      (path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? [],
    ),
  );
  const texts = [...names].sort().map((name) => {
    const folder = join(root, 'node_modules', name);
    const { version, license, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e(\.|$)/i.test(entry));
    const text =
      file === undefined
        ? `${license}, by ${author?.name ?? author}`
        : readFileSync(join(folder, file), 'utf8');
    return `${name} ${version} (${license})\n\n${text.trim()}\n`;
  });
  writeFileSync(join(dist, 'licences.txt'), texts.join(`\n${'-'.repeat(72)}\n\n`));
}

if (!existsSync(join(dist, 'main.cjs'))) {
  console.error(
    `dist/ is not built; \`node ${relative(process.cwd(), join(root, 'setup/build.js'))}\` does it`,
  );
  process.exitCode = 1;
} else {
  await writeDeclarations();
  await writeManual();
  await writeLicences();
}
