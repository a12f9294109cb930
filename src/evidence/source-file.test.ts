import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readSourceFile } from './source-file.ts';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'crossfree-source-')));
  mkdirSync(join(folder, 'app/deep'), { recursive: true });
  writeFileSync(join(folder, 'app/deep/main.c'), 'int main;\nint two;\n');
  writeFileSync(join(folder, 'secret.c'), 'secret');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, name);

it('reads source, also through a folder that is a link', () => {
  symlinkSync('deep', at('app/same'));
  symlinkSync('main.c', at('app/deep/alias.c'));
  for (const name of ['app/deep/main.c', 'app/same/main.c', 'app/deep/alias.c', 'app/deep/../deep/main.c'])
    expect(readSourceFile(at(name))?.lines[1], name).toBe('int two;');
  expect(readSourceFile(at('app/deep/main.c'), at('app'))).toBeDefined();
});

it('reads nothing else', () => {
  symlinkSync('/etc/passwd', at('app/link.c'));
  symlinkSync('../secret.c', at('app/out.c'));
  mkdirSync(at('app/folder.c'));
  execFileSync('mkfifo', [at('app/pipe.c')]);
  writeFileSync(at('app/notes.txt'), 'text');
  writeFileSync(at('app/binary.c'), 'a\0b');
  writeFileSync(at('app/giant.c'), '');
  truncateSync(at('app/giant.c'), 1 << 40);
  for (const name of ['link.c', 'out.c', 'folder.c', 'pipe.c', 'notes.txt', 'binary.c', 'giant.c', 'none.c'])
    expect(readSourceFile(at(`app/${name}`)), name).toBeUndefined();
  for (const file of ['/etc/passwd', 'secret.c', '', '/dev/zero', '/proc/self/environ'])
    expect(readSourceFile(file), file).toBeUndefined();
});

it('stays below the folder that it is given', () => {
  symlinkSync('..', at('app/up'));
  for (const name of ['secret.c', 'app/../secret.c', 'app/up/secret.c'])
    expect(readSourceFile(at(name), at('app')), name).toBeUndefined();
  expect(readSourceFile(at('app/deep/main.c'), at('ap'))).toBeUndefined();
  expect(readSourceFile(at('app/deep/main.c'), '/')).toBeUndefined();
});
