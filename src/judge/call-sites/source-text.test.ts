import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SourceText } from './source-text.ts';

let folder: string;
const path = (name: string) => join(folder, name);
const LINES = [
  'unsafe { free(p) }',
  '    libc::free(p as *mut _);',
  'drop_and_free(p); self.free(p); free_all(p)',
  '/* é */ ::libc :: r#free (p)',
  'let f = free; f(p); mine.malloc(3)',
];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crossfree-source-'));
  writeFileSync(path('a.rs'), LINES.join('\n'));
  writeFileSync(path('app'), '');
  const older = new Date(Date.now() - 60_000);
  utimesSync(path('a.rs'), older, older);
});
afterAll(() => rmSync(folder, { recursive: true }));

function callsAt(line: number, text: string, name = 'free'): boolean {
  const before = LINES[line - 1]?.split(text)[0] ?? '';
  return new SourceText().callsAt(path('a.rs'), line, Buffer.byteLength(before) + 1, name, path('app'));
}

it('knows a call by the source at its very column', () => {
  expect(callsAt(1, 'free')).toBe(true);
  expect(callsAt(2, 'libc')).toBe(true);
  expect(callsAt(4, '::libc')).toBe(true);
});

it('knows no call in anything else', () => {
  expect(callsAt(1, 'unsafe')).toBe(false);
  expect(callsAt(1, 'free', 'malloc')).toBe(false);
  expect(callsAt(3, 'drop_and')).toBe(false);
  expect(callsAt(3, 'self')).toBe(false);
  expect(callsAt(3, 'free_all')).toBe(false);
  expect(callsAt(5, 'free;')).toBe(false);
  expect(callsAt(5, 'f(')).toBe(false);
  expect(callsAt(9, '')).toBe(false);
});

it('does not believe a source that is younger than the module, or not there', () => {
  const source = new SourceText();
  expect(source.callsAt(path('b.rs'), 1, 10, 'free', path('app'))).toBe(false);
  expect(source.callsAt(path('a.rs'), 1, 10, 'free', path('gone'))).toBe(false);
  writeFileSync(path('b.rs'), LINES.join('\n'));
  const later = new Date(Date.now() + 60_000);
  utimesSync(path('b.rs'), later, later);
  expect(new SourceText().callsAt(path('b.rs'), 1, 10, 'free', path('app'))).toBe(false);
  expect(source.callsAt(path('a.rs'), 1, 10, 'free', path('app'))).toBe(true);
});
