import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { whyNoCore } from './core-pattern.ts';

it.each([
  ['0', 'core\n', 'core dumps are switched off here (`ulimit -c` is 0)'],
  ['unlimited', 'core\n', undefined],
  ['4096', '/var/cores/%p\n', undefined],
  ['unlimited', '\n', 'core dumps are switched off here (kernel.core_pattern is empty)'],
  [
    'unlimited',
    '|/usr/lib/systemd/systemd-coredump %P %u\n',
    'the kernel hands core dumps to /usr/lib/systemd/systemd-coredump',
  ],
])('limit %s, pattern %j: %s', (limit, pattern, says) => {
  const root = mkdtempSync(join(tmpdir(), 'crossfree-core-pattern-'));
  try {
    mkdirSync(join(root, 'self'));
    mkdirSync(join(root, 'sys', 'kernel'), { recursive: true });
    const line = `Max core file size        ${limit}                    unlimited            bytes     \n`;
    writeFileSync(join(root, 'self', 'limits'), `Limit    Soft Limit\n${line}`);
    writeFileSync(join(root, 'sys', 'kernel', 'core_pattern'), pattern);
    expect(whyNoCore(root)).toBe(says);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
