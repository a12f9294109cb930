import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../src/plan/installation.ts';

const root = packageRoot();
const all = process.env.CROSSFREE_TEST_ALL === '1';

const FAULT = `
#include <stdlib.h>
static void *hide(void *p) { __asm__ volatile("" : "+r"(p)); return p; }
int main(void) {
  void *block = malloc(24);
  free(block);
  free(hide(block));
  return 5;
}`;

/** What a user of the API writes. */
const CONSUMER = `
import { type Finding, forget, matrix, type Matrix, run, type Run } from 'crossfree';
const result: Run = await run([process.argv[2] ?? ''], { standard: ['ignore', 'ignore', 'ignore'] });
const [finding]: Finding[] = result.findings;
const cells: Matrix['cells'] = (await matrix(['/bin/true'], { allocators: ['glibc'], worlds: ['c'], repeat: 1 })).cells;
// @ts-expect-error: there is no such way
const refused = () => run(['true'], { onFinding: 'panic' });
const { conclusion } = await forget(['/bin/true'], { repeat: 1, mostRuns: 3 });
console.log(finding?.code, result.verdict, typeof refused, conclusion, cells.map(({ verdict }) => verdict).join());
declare const process: { argv: string[] };
declare const console: { log(...words: unknown[]): void };
`;

let folder: string;
/** A folder that stands alone in PATH: Node, npm and what a shell script needs, no compiler. */
let bare: string;
let prefix: string;

function where(command: string): string | undefined {
  const folders = [dirname(process.execPath), ...(process.env.PATH ?? '').split(delimiter)];
  return folders.map((place) => join(place, command)).find((path) => existsSync(path));
}

function inBare(command: string, args: string[], env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: folder,
    encoding: 'utf8',
    env: { HOME: folder, PATH: bare, LANG: 'C.UTF-8', ...env },
  });
  return { status, stdout, stderr };
}

/** Installs tarballs for all users of a prefix, from nothing but these. */
function install(into: string, tarballs: string[]) {
  const options = ['-g', '--offline', '--no-audit', '--no-fund', '--loglevel=error', '--prefix', into];
  return inBare(join(bare, 'npm'), ['install', ...options, ...tarballs]);
}

const tarball = (start: RegExp) =>
  join(folder, readdirSync(folder).find((name) => start.test(name) && name.endsWith('.tgz')) ?? 'none');
const installed = () => join(prefix, 'bin/crossfree');

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crossfree-package-'));
  bare = join(folder, 'bare');
  prefix = join(folder, 'prefix');
  mkdirSync(bare);
  for (const command of ['node', 'npm', 'sh', 'env', 'dirname', 'uname', 'sed', 'basename']) {
    const path = command === 'node' ? process.execPath : where(command);
    if (path !== undefined) symlinkSync(path, join(bare, command));
  }
  for (const script of ['package-files.js', 'pack.js'])
    execFileSync(process.execPath, [join(root, 'setup', script), folder], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  writeFileSync(join(folder, 'fault.c'), FAULT);
  execFileSync('gcc', ['-w', '-g', '-O1', '-o', join(folder, 'fault'), join(folder, 'fault.c')]);
  expect(install(prefix, [tarball(/^crossfree-\d/), tarball(/^crossfree-linux/)])).toMatchObject({
    status: 0,
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the packages, installed where there is no compiler', () => {
  it('observe a program', () => {
    expect(['gcc', 'cc', 'make'].filter((name) => existsSync(join(bare, name)))).toEqual([]);
    const { status, stderr } = inBare(installed(), ['run', '--', join(folder, 'fault')]);
    expect(stderr).toContain('CF002 double-free');
    expect(stderr).toMatch(/^ +died +main /m);
    expect(status).toBe(99);
  });

  it('run a program under allocators, the laboratory’s own too', () => {
    const options = ['matrix', '--allocators', 'glibc,standard', '--worlds', 'c', '--repeat', '1'];
    const { stdout, stderr } = inBare(installed(), [...options, '--', '/bin/true']);
    expect(stdout, stderr).toMatch(/c=standard +CLEAN/);
  });

  it('trace a program, and make a page of a run', () => {
    const page = join(folder, 'run.html');
    expect(inBare(installed(), ['trace', '--', '/bin/true'])).toMatchObject({ status: 0 });
    inBare(installed(), ['run', '-q', '--html', page, '--', join(folder, 'fault')]);
    expect(readFileSync(page, 'utf8')).toContain('CF002');
  });

  it('bring a manual page for every command, which `man` finds', () => {
    const { man } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const made = readdirSync(join(root, 'dist/man')).map((name) => `./dist/man/${name}`);
    expect(man, 'package.json lists a page for each command').toEqual(made.sort());
    const page = readFileSync(join(prefix, 'share/man/man1/crossfree-run.1'), 'utf8');
    expect(page).toContain('.B \\-\\-on\\-finding <what>');
    const command = where('man');
    if (command === undefined) return;
    const env = {
      ...process.env,
      MANPATH: join(prefix, 'share/man'),
      MANWIDTH: '80',
      MANPAGER: 'cat',
      LANG: 'C.UTF-8',
    };
    const shown = spawnSync(command, ['crossfree-run'], { encoding: 'utf8', env });
    // minimal systems have a `man` that shows nothing
    if (/minimized|man-db/.test(shown.stdout)) return;
    expect(shown.stderr).toBe('');
    expect(shown.stdout).toMatch(/^SYNOPSIS\n +crossfree run \[options\]/m);
  });

  it('give types to those who import them, and run for them', () => {
    const user = join(folder, 'user');
    mkdirSync(join(user, 'node_modules'), { recursive: true });
    symlinkSync(join(prefix, 'lib/node_modules/crossfree'), join(user, 'node_modules/crossfree'));
    writeFileSync(join(user, 'package.json'), '{"type":"module"}');
    writeFileSync(join(user, 'user.ts'), CONSUMER);
    const options = { strict: true, module: 'nodenext', target: 'es2022', lib: ['es2023'], types: [] };
    writeFileSync(join(user, 'tsconfig.json'), JSON.stringify({ compilerOptions: options }));
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const checked = spawnSync(process.execPath, [tsc, '-p', user], { encoding: 'utf8' });
    expect(checked.stdout).toBe('');
    const ran = inBare(join(bare, 'node'), [join(user, 'user.js'), join(folder, 'fault')]);
    expect(ran.stderr.slice(0, 500)).toBe('');
    expect(ran.stdout).toBe('CF002 healed function healthy clean\n');
  });
});

describe('without the package of the platform', () => {
  it('the installation says what is missing where nothing can be built', () => {
    const { status, stderr } = install(join(folder, 'alone'), [
      '--allow-scripts=crossfree',
      tarball(/^crossfree-\d/),
    ]);
    expect(stderr).toContain('gcc and make not found. Install `@crossfree/linux-x64-gnu@');
    expect(status).not.toBe(0);
  });

  it('a run says how to get the runtime', () => {
    const alone = join(folder, 'unbuilt');
    expect(install(alone, ['--ignore-scripts', tarball(/^crossfree-\d/)])).toMatchObject({ status: 0 });
    const { status, stderr } = inBare(join(alone, 'bin/crossfree'), ['run', '--', '/bin/true']);
    expect(stderr).toContain(
      `\`node ${join(alone, 'lib/node_modules/crossfree/setup/native.js')}\` makes it`,
    );
    expect(status).toBe(125);
  });

  it.skipIf(!all)('it is built from source where there is a compiler (CROSSFREE_TEST_ALL=1)', () => {
    const built = join(folder, 'built');
    expect(install(built, ['--ignore-scripts', tarball(/^crossfree-\d/)])).toMatchObject({ status: 0 });
    execFileSync(process.execPath, [join(built, 'lib/node_modules/crossfree/setup/native.js')]);
    const { status } = inBare(join(built, 'bin/crossfree'), ['run', '-q', '--', join(folder, 'fault')]);
    expect(status).toBe(99);
  });
});

it('nothing compiled asks for a C library younger than 2.17', () => {
  const out = ['runtime', 'allocators'].flatMap((name) =>
    readdirSync(join(prefix, 'lib/node_modules/@crossfree/linux-x64-gnu', name))
      .filter((file) => !file.endsWith('.json'))
      .map((file) => join(prefix, 'lib/node_modules/@crossfree/linux-x64-gnu', name, file)),
  );
  const wanted = out.flatMap((path) => [...readFileSync(path, 'latin1').matchAll(/\bGLIBC_2\.(\d+)/g)]);
  // the launcher is static and holds the names that its own C library knows
  const dynamic = out.filter((path) => !path.endsWith('crossfree-launch'));
  const versions = dynamic.flatMap((path) =>
    [...readFileSync(path, 'latin1').matchAll(/\0GLIBC_2\.(\d+)(?:\.\d+)?(?=\0)/g)].map((match) =>
      Number(match[1]),
    ),
  );
  expect(wanted.length).toBeGreaterThan(0);
  expect(Math.max(...versions)).toBeLessThanOrEqual(17);
  const launcher = readFileSync(out.find((path) => path.endsWith('crossfree-launch')) ?? '', 'latin1');
  expect(launcher.slice(0, 4096)).not.toContain('/lib64/ld-linux');
});
