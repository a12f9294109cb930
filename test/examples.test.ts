import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../src/plan/installation.ts';
import { CROSSFREE } from './crossfree.ts';

const root = packageRoot();
let folder: string;
/** A command `crossfree`, as an installation has it. */
let crossfree: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crossfree-examples-'));
  cpSync(join(root, 'examples'), folder, { recursive: true });
  crossfree = join(folder, 'crossfree');
  writeFileSync(crossfree, `#!/bin/sh\nexec "${process.execPath}" "${CROSSFREE}" "$@"\n`);
  chmodSync(crossfree, 0o755);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a host's own command; what it and crossfree said, together. */
function host(where: string, command: string, args: string[], env: NodeJS.ProcessEnv = {}) {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: join(folder, where),
    encoding: 'utf8',
    // this test runner's own variables would change the inner ones
    env: {
      ...process.env,
      NODE_TEST_CONTEXT: undefined,
      VITEST: undefined,
      NODE_OPTIONS: undefined,
      GITHUB_ACTIONS: undefined,
      ...env,
    },
  });
  return { status, said: `${stdout}${stderr}` };
}

function has(command: string, args = ['--version']): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

function expectFault({ status, said }: ReturnType<typeof host>, code: string): void {
  expect(said).toContain(code);
  expect(status).not.toBe(0);
}

function expectHealthy({ status, said }: ReturnType<typeof host>): void {
  expect(said).not.toMatch(/CF0\d\d/);
  expect([status, status === 0 ? '' : said]).toEqual([0, '']);
}

describe.skipIf(!has('cargo'))('cargo test, through the runner variable (needs cargo)', () => {
  const test = (name: string) =>
    host('cargo', 'cargo', ['test', '--offline', '--quiet', '--test', name], {
      CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER: `${crossfree} run --`,
      CARGO_TARGET_DIR: join(folder, 'cargo/target'),
    });
  it('fails for the planted fault', () => {
    const ended = test('faulty');
    expectFault(ended, 'CF001');
    expect(ended.said).toContain('src/lib.rs');
  });
  it('passes for its healthy twin', () => expectHealthy(test('healthy')));

  const own = (...args: string[]) =>
    host('cargo', process.execPath, [join(root, 'bin/cargo-crossfree.js'), 'crossfree', ...args], {
      CARGO_TARGET_DIR: join(folder, 'cargo/target'),
    });
  it('cargo crossfree test does the same by itself', () => {
    expectFault(own('test', '--offline', '--quiet', '--test', 'faulty'), 'CF001');
    expectHealthy(own('test', '--offline', '--quiet', '--test', 'healthy'));
  });
  it('cargo crossfree matrix runs the test program under every allocator', () => {
    const options = ['--worlds', 'c', '--allocators', 'glibc,standard', '--repeat', '1'];
    const matrix = (name: string) => own('matrix', ...options, '--', '--offline', '--quiet', '--test', name);
    const { status, said } = matrix('faulty');
    expect(said).toMatch(/c=standard .*CF001/);
    expect(status).not.toBe(0);
    expect(matrix('healthy').said).toMatch(/c=standard +CLEAN/);
  });
  it('cargo crossfree names what it expects', () => {
    const { status, said } = own('install');
    expect([status, said]).toEqual([2, expect.stringContaining('but got `install`')]);
  });
});

describe.skipIf(!has('cmake'))('ctest, through the launcher variable (needs cmake)', () => {
  beforeAll(() => {
    const [, major = '0', minor = '0'] =
      /(\d+)\.(\d+)/.exec(execFileSync('cmake', ['--version'], { encoding: 'utf8' })) ?? [];
    const modern = Number(major) > 3 || Number(minor) >= 29;
    const variable = modern ? 'CMAKE_TEST_LAUNCHER' : 'CMAKE_CROSSCOMPILING_EMULATOR';
    execFileSync('cmake', ['-S', '.', '-B', 'build', `-D${variable}=${crossfree};run;--`], {
      cwd: join(folder, 'ctest'),
      stdio: 'ignore',
    });
    execFileSync('cmake', ['--build', 'build'], { cwd: join(folder, 'ctest'), stdio: 'ignore' });
  });
  const test = (name: string) =>
    host('ctest', 'ctest', ['--test-dir', 'build', '--output-on-failure', '-R', name]);
  it('fails for the planted fault', () => expectFault(test('faulty'), 'CF001'));
  it('passes for its healthy twin', () => expectHealthy(test('healthy')));
});

const headers =
  [join(dirname(process.execPath), '../include/node'), '/usr/include/node'].find((folder) =>
    existsSync(join(folder, 'node_api.h')),
  ) ?? '/usr/include/node';
const noHeaders = !existsSync(join(headers, 'node_api.h'));

describe.skipIf(noHeaders)('native add-ons of Node (needs its headers)', () => {
  beforeAll(() => {
    const args = ['-shared', '-fPIC', '-g', '-O1', '-w', `-I${headers}`, '-o', 'addon.node', 'addon.c'];
    execFileSync('gcc', args, { cwd: join(folder, 'node') });
  });
  const run = (...args: string[]) =>
    host('node', crossfree, ['run', '--', process.execPath, ...args], {
      ADDON: join(folder, 'node/addon.node'),
    });
  const nodeTest = (name: string) => run('--test', `${name}.node-test.cjs`);
  const vitest = (name: string) =>
    run(join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--root', '.', `${name}.spec.mjs`);

  it("under node's test runner the planted fault is found", () => expectFault(nodeTest('faulty'), 'CF002'));
  it("under node's test runner the healthy twin passes", () => expectHealthy(nodeTest('healthy')));
  describe('vitest', () => {
    // where the example stands there is no node_modules
    beforeAll(() => execFileSync('ln', ['-s', join(root, 'node_modules'), join(folder, 'node_modules')]));
    it('the planted fault is found', () => expectFault(vitest('faulty'), 'CF002'));
    it('the healthy twin passes', () => expectHealthy(vitest('healthy')));
  });
});

const include = spawnSync('python3', ['-c', "import sysconfig;print(sysconfig.get_paths()['include'])"], {
  encoding: 'utf8',
});
const python = (include.stdout ?? '').trim();
const noPytest = !existsSync(join(python, 'Python.h')) || !has('python3', ['-m', 'pytest', '--version']);

describe.skipIf(noPytest)('pytest (needs pytest and the headers of Python)', () => {
  beforeAll(() => {
    const args = ['-shared', '-fPIC', '-g', '-O1', '-w', `-I${python}`, '-o', 'example.so', 'example.c'];
    execFileSync('gcc', args, { cwd: join(folder, 'pytest') });
  });
  const test = (name: string) =>
    host('pytest', crossfree, [
      'run',
      '--',
      'python3',
      '-m',
      'pytest',
      '-q',
      '-p',
      'no:cacheprovider',
      `test_${name}.py`,
    ]);
  it('the planted fault is found', () => {
    const ended = test('faulty');
    expectFault(ended, 'CF002');
    expect(ended.said).toContain('example.c');
  });
  it('the healthy twin passes', () => expectHealthy(test('healthy')));
});
