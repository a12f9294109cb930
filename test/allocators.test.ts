/** The laboratory's own allocators: what C demands of malloc, as a preload and as several in one process. */
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../src/plan/installation.ts';

const root = packageRoot();
const CORRECT = ['standard', 'debug', 'mmap', 'arena'];
const library = (name: string) => join(root, `dist/allocators/lib${name}.so`);

let folder = '';
function built(source: string, name: string): string {
  const program = join(folder, name);
  const flags = ['-O1', '-w', '-pthread', '-fno-builtin', '-o', program, join(root, source), '-ldl'];
  execFileSync('gcc', flags);
  return program;
}

beforeAll(() => {
  execFileSync(process.execPath, [join(root, 'setup/build.js')]);
  folder = mkdtempSync(join(tmpdir(), 'crossfree-allocators-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function on(name: string, command: string, args: string[]) {
  const env = { ...process.env, LD_PRELOAD: library(name) };
  return spawnSync(command, args, { env, encoding: 'utf8', timeout: 60_000 });
}

describe('an allocator of the laboratory', () => {
  it.each(CORRECT)('%s does what C, POSIX and Linux demand of malloc', (name) => {
    const { stdout, status } = on(name, built('specimens/lab/allocator-basics.c', `basics-${name}`), []);
    const lines = stdout.trim().split('\n');
    expect(lines.filter((line) => !line.endsWith(': ok'))).toEqual([]);
    expect(lines).toHaveLength(15);
    expect(status).toBe(0);
  });

  it.each(CORRECT)('%s carries real programs', (name) => {
    const python = on(name, 'python3', [
      '-c',
      'import json, threading, subprocess; print(len(json.dumps(list(range(20000)))), subprocess.run(["true"]).returncode)',
    ]);
    expect(python.stdout || python.stderr).toBe('128890 0\n');
    expect(on(name, 'ls', ['/']).stdout).toBe(execFileSync('ls', ['/'], { encoding: 'utf8' }));
  });

  it('mmap leaves a program of many blocks mappings of its own', () => {
    const { stdout, stderr } = on('mmap', built('test/allocators/many_blocks.c', 'many-blocks'), []);
    expect(stderr + stdout).toBe('whole\n');
  });

  it('has instances that share nothing, copies included', () => {
    const copies = CORRECT.filter((name) => name !== 'standard').map((name) => {
      const copy = join(folder, `copy-of-${name}.so`);
      copyFileSync(library(name), copy);
      return copy;
    });
    const program = built('test/allocators/instances.c', 'instances');
    const { stdout, stderr } = spawnSync(program, [...CORRECT.map(library), ...copies], { encoding: 'utf8' });
    expect(stderr + stdout).toBe('whole\n');
  });

  it('insane hands out one block', () => {
    const code = `import ctypes; lib = ctypes.CDLL(${JSON.stringify(library('insane'))}); lib.malloc.restype = ctypes.c_void_p; print(lib.malloc(8) == lib.malloc(800))`;
    expect(execFileSync('python3', ['-c', code], { encoding: 'utf8' })).toBe('True\n');
  });
});

describe('the debug allocator', () => {
  it.each([
    ['overflow', '64', /overflow of a block of 64 bytes, 0xcafeba01 where 0xcafebabe should stand/],
    ['overflow', '300000', /overflow of a block of 300000 bytes, 0xcafeba01/],
    ['underflow', '64', /underflow of a block, bad magic 0x01adbeef where 0xdeadbeef should stand/],
    ['double-free', '64', /double free of a block of 64 bytes/],
    ['double-free', '300000', /double free of a large block/],
    ['foreign', '64', /foreign pointer, bad magic 0x00000000 where 0xdeadbeef should stand/],
    ['interior', '64', /pointer to no start of a block/],
  ])('catches %s of %s bytes and names what it saw', (act, size, message) => {
    const { stderr, signal } = on('debug', built('test/allocators/faults.c', 'faults'), [act, size]);
    expect(stderr).toMatch(/^debug allocator: free\(0x[0-9a-f]+\): /);
    expect(stderr).toMatch(message);
    expect(signal).toBe('SIGABRT');
  });

  it.each(['64', '300000', '0'])('says nothing of a right use of %s bytes', (size) => {
    const { stderr, status } = on('debug', built('test/allocators/faults.c', 'faults'), ['usable', size]);
    expect([stderr, status]).toEqual(['', 0]);
  });
});
