import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PACKAGES, PURPOSES } from './packages.js';
import { findCommand, findLibrary, findProof } from './presence.js';

describe('the table of Debian packages', () => {
  it('names each once, with what it is for', () => {
    const names = PACKAGES.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, use, purposes } of PACKAGES) {
      expect(name).toMatch(/^[a-z0-9][a-z0-9+.-]+$/);
      expect(use).not.toBe('');
      expect(purposes.length).toBeGreaterThan(0);
      for (const purpose of purposes) expect(PURPOSES).toContain(purpose);
    }
  });

  it('holds a compiler for every purpose', () => {
    for (const purpose of PURPOSES) {
      const names = PACKAGES.filter(({ purposes }) => purposes.includes(purpose)).map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining(['gcc', 'g++', 'make', 'llvm']));
    }
  });
});

describe('what proves that a package is there', () => {
  it('is a command, a file or a library', () => {
    expect(findCommand('sh')).toMatch(/\/sh$/);
    expect(findCommand('no-such-command')).toBeUndefined();
    const libc = findLibrary('libc.so.6');
    expect(libc !== undefined && existsSync(libc)).toBe(true);
    expect(findLibrary('libno-such.so.1')).toBeUndefined();
    const proven = { name: 'x', use: 'x', purposes: [], proof: { file: '/etc/passwd' } };
    expect(findProof(proven)).toBe('/etc/passwd');
    expect(findProof({ ...proven, proof: { file: '/no/such/file' } })).toBeUndefined();
  });
});
