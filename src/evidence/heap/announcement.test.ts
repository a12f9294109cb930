import {
  chownSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { answer, readAnnouncement } from './announcement.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crossfree-announcement-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, name);

it('believes a process of our own user', () => {
  writeFileSync(at('1.inspect'), '00007f0000000740 00007ffe00000010 77 crash\n');
  expect(readAnnouncement(at('1.inspect'), process.pid)).toEqual({
    thread: { tid: 77, registers: { fs_base: 0x7f0000000740n, rsp: 0x7ffe00000010n } },
    why: 'crash',
  });
});

it('believes no link, no process that is gone, and nothing that is no announcement', () => {
  writeFileSync(at('true'), '0 0 77\n');
  symlinkSync(at('true'), at('1.inspect'));
  expect(() => readAnnouncement(at('1.inspect'), process.pid)).toThrow('no regular file');
  expect(() => readAnnouncement(at('true'), 2 ** 30)).toThrow();
  writeFileSync(at('2.inspect'), 'hello\n');
  expect(() => readAnnouncement(at('2.inspect'), process.pid)).toThrow();
});

it.skipIf(process.getuid?.() !== 0)('believes no file of another user than the process has', () => {
  writeFileSync(at('1.inspect'), '0 0 77\n');
  chownSync(at('1.inspect'), 65534, 65534);
  expect(() => readAnnouncement(at('1.inspect'), process.pid)).toThrow('of another user');
});

it('answers with a new file, and follows no link to do so', () => {
  answer(at('1.inspected'));
  expect(existsSync(at('1.inspected'))).toBe(true);
  writeFileSync(at('precious'), 'kept');
  symlinkSync(at('precious'), at('2.inspected'));
  symlinkSync(at('nowhere'), at('3.inspected'));
  for (const name of ['2.inspected', '3.inspected']) expect(() => answer(at(name))).toThrow();
  expect(readFileSync(at('precious'), 'utf8')).toBe('kept');
  expect(existsSync(at('nowhere'))).toBe(false);
});
