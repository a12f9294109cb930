import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CannotStart, resolveCommand } from './resolve.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crossfree-resolve-'));
  mkdirSync(join(folder, 'one'));
  mkdirSync(join(folder, 'two/app'), { recursive: true });
  mkdirSync(join(folder, 'three'));
  for (const path of ['here', 'one/tool', 'three/tool', 'three/app']) writeFileSync(join(folder, path), '');
  for (const path of ['here', 'three/tool', 'three/app']) chmodSync(join(folder, path), 0o755);
  symlinkSync('loop', join(folder, 'loop'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const path = () => ['one', 'two', 'three'].map((name) => join(folder, name)).join(':');

it('takes a command with a slash as it stands', () => {
  expect(resolveCommand('./here', folder, path())).toEqual({
    executable: './here',
    path: join(folder, 'here'),
  });
});

it('passes over folders and files that cannot be executed, as execvp does', () => {
  expect(resolveCommand('tool', folder, path()).path).toBe(join(folder, 'three/tool'));
  expect(resolveCommand('app', folder, path()).path).toBe(join(folder, 'three/app'));
});

it('takes an empty part of PATH for the working directory', () => {
  expect(resolveCommand('here', folder, `${path()}:`)).toEqual({
    executable: './here',
    path: join(folder, 'here'),
  });
});

it('looks in the system’s folders without PATH', () => {
  expect(resolveCommand('sh', folder, undefined).executable).toBe('/bin/sh');
});

it.each([
  ['', 127, 'the name of the program is empty'],
  ['nowhere', 127, 'nowhere: not found in PATH'],
  ['./nowhere', 127, 'no such file'],
  ['./here/below', 127, 'no such file'],
  ['./one/tool', 126, 'is not executable'],
  ['./one', 126, 'is a directory'],
  ['./loop', 126, 'symbolic links'],
  [`./${'x'.repeat(300)}`, 126, 'too long'],
  ['/dev/null', 126, 'not a regular file'],
])('says why %j cannot be started', (command, status, message) => {
  let error: unknown;
  try {
    resolveCommand(command, folder, path());
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(CannotStart);
  expect((error as CannotStart).status).toBe(status);
  expect((error as CannotStart).message).toContain(message);
});

it('says that a file in PATH is not executable rather than that there is none', () => {
  expect(() => resolveCommand('tool', folder, join(folder, 'one'))).toThrow('is not executable');
});
