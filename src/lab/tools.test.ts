import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { missingTools, probeTool } from './tools.ts';

const folders: string[] = [];

/** A PATH of one folder that holds a `name` printing `output` and exiting with `status`. */
function pathWith(name: string, output: string, status = 0): string {
  const folder = mkdtempSync(join(tmpdir(), 'crossfree-tools-'));
  folders.push(folder);
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\necho '${output}'\nexit ${status}\n`);
  chmodSync(file, 0o755);
  return folder;
}

afterEach(() => {
  vi.unstubAllEnvs();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

describe('probeTool', () => {
  it('tells the version that a tool states', () => {
    vi.stubEnv('PATH', pathWith('valgrind', 'valgrind-3.19.0'));
    expect(probeTool('valgrind')).toBe('3.19.0');
  });

  it.each(['rustc 1.63.0', 'rustc 1.9.0'])('does not count %s, which has no black_box', (version) => {
    vi.stubEnv('PATH', pathWith('rustc', version));
    expect(probeTool('rustc')).toBeUndefined();
  });

  it.each(['rustc 1.66.1 (x)', 'rustc 1.95.0', 'rustc 1.100.0'])('counts %s', (version) => {
    vi.stubEnv('PATH', pathWith('rustc', version));
    expect(probeTool('rustc')).toBe(version.slice('rustc '.length));
  });

  it('does not take a stable rustc, which passes over +nightly, for a nightly one', () => {
    vi.stubEnv('PATH', pathWith('rustc', 'rustc 1.95.0 (59807616e 2026-04-14)'));
    expect(probeTool('rustc-nightly')).toBeUndefined();
    vi.stubEnv('PATH', pathWith('rustc', 'rustc 1.97.0-nightly (e50aa6fba 2026-05-19)'));
    expect(probeTool('rustc-nightly')).toContain('nightly');
  });

  it('does not take the bare name with which gcc says that it has no such library', () => {
    vi.stubEnv('PATH', pathWith('gcc', 'libasan.so'));
    expect(probeTool('libasan')).toBeUndefined();
  });

  it('does not count a tool that fails', () => {
    vi.stubEnv('PATH', pathWith('valgrind', 'valgrind-3.19.0', 1));
    expect(probeTool('valgrind')).toBeUndefined();
  });
});

describe('missingTools', () => {
  it('names the line that installs each', () => {
    vi.stubEnv('PATH', pathWith('valgrind', 'valgrind-3.19.0'));
    expect(missingTools(['valgrind', 'rustc-nightly'])).toEqual([
      { tool: 'rustc-nightly', install: 'rustup toolchain install nightly' },
    ]);
  });
});
