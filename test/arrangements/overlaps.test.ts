import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { trials } from './specimens.ts';

let folder: string;
let program: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crossfree-overlaps-'));
  program = compile('gcc', 'own-malloc.c');
});
function compile(compiler: string, source: string): string {
  const output = join(folder, source.replace(/\..*$/, ''));
  const path = fileURLToPath(new URL(source, import.meta.url));
  execFileSync(compiler, ['-g', '-O0', '-fno-builtin', '-pthread', '-o', output, path]);
  return output;
}
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.each([
  ['inside-a-large-one', 64, 2 ** 20],
  ['large-over-a-small-one', 2 ** 20 - 500_000, 64],
  ['large-over-the-end-of-a-large-one', 48, 2 ** 20],
  ['over-the-inside-of-an-odd-one', 40, 24],
  ['odd-over-a-start', 8, 24],
  ['large-over-an-odd-one', 16 * 4096, 10],
])('two owners: %s', async (what, size, other) => {
  const [one] = await trials([program, what], [{}]);
  expect(one?.run.verdict).toBe('silent');
  expect(
    one?.run.findings.map(({ code, block, detail }) => [code, block.size, detail.other?.block.size]),
  ).toContainEqual(['CF011', size, other]);
});

it('blocks that touch, places that were given back, and large buffers that are barely touched are no fault', async () => {
  const [one] = await trials([program, 'healthy'], [{}]);
  expect([one?.run.verdict, one?.run.findings]).toEqual(['clean', []]);
});

it('blocks that other threads release and get meanwhile are no fault', async () => {
  const threads = compile('g++', 'side-by-side.cc');
  for (const { run, printed } of await trials([threads, '200000'], [{}, {}])) {
    expect([run.verdict, run.findings]).toEqual(['clean', []]);
    expect(printed.stdout.head).toBe('done\n');
  }
});
