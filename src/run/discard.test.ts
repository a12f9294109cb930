import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { discard } from './discard.ts';

it('removes a folder with all that is in it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'crossfree-discard-'));
  writeFileSync(join(folder, 'ledger'), 'x');
  discard(folder);
  expect(existsSync(folder)).toBe(false);
});

it('throws nothing while another process goes on writing there', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'crossfree-discard-'));
  const script = 'echo on; i=0; while mkdir -p "$1"; do i=$((i+1)); : > "$1/$i"; done';
  const writer = spawn('/bin/sh', ['-c', script, 'sh', folder], { stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    await new Promise((on) => writer.stdout.once('data', on));
    expect(() => discard(folder)).not.toThrow();
  } finally {
    writer.kill('SIGKILL');
    await new Promise((done) => writer.once('close', done));
    discard(folder);
  }
  expect(existsSync(folder)).toBe(false);
});
