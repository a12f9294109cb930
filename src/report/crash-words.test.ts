import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FLAG_RULES, flagOf, redFlags } from '../evidence/red-flags/red-flags.ts';
import { packageRoot } from '../plan/installation.ts';
import { crashEntries, explainCrash } from './crash-words.ts';

const folder = join(packageRoot(), 'docs/crashes');
const LIBC = '/lib/x86_64-linux-gnu/libc.so.6';

it('every red flag has an entry with its four parts', () => {
  for (const { name } of FLAG_RULES) {
    const text = explainCrash(name, folder);
    for (const part of ['What it proves', 'What it does not prove', 'Usual causes', 'Next'])
      expect(text, name).toContain(`### ${part}`);
  }
});

it('no name stands twice', () => {
  const names = crashEntries(folder).flatMap((entry) => entry.names);
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
});

it.each([
  ['double free or corruption (out)', 'double free or corruption (out)'],
  ["*** Error in `./a.out': free(): invalid pointer: 0x0123 ***", 'free(): invalid pointer'],
  ['src/tcmalloc.cc:332] Attempt to free invalid pointer 0x10', 'tcmalloc: Attempt to free invalid pointer'],
  ['<jemalloc>: size mismatch detected (true size 16 vs input size 64)', 'jemalloc: size mismatch detected'],
  ["thread 'main' has overflowed its stack", 'Rust: stack overflow'],
  ['SIGSEGV', 'SIGSEGV'],
  ['segv_maperr', 'SEGV_MAPERR'],
])('explains %s', (said, name) => {
  expect(explainCrash(said, folder)?.split('\n', 1)[0]).toContain(name);
});

it('takes prose for no red flag, and ends on lines without end', () => {
  expect(flagOf('the free(): invalid pointer page is here')).toBeUndefined();
  expect(redFlags(`${'a: '.repeat(3_000_000)}\n${"x': ".repeat(100_000)}`)).toEqual([]);
});

it.skipIf(!existsSync(LIBC))('knows every complaint of the malloc of this machine', () => {
  const strings = readFileSync(LIBC, 'latin1').match(/[\x20-\x7e]{8,200}/g) ?? [];
  const complaints = strings.filter((text) =>
    /^(free|malloc|realloc|munmap_chunk|mremap_chunk|malloc_consolidate)\(\): |^double free|^corrupted (size|double)/.test(
      text,
    ),
  );
  expect(complaints.length).toBeGreaterThan(20);
  expect(complaints.filter((text) => !flagOf(text))).toEqual([]);
});
