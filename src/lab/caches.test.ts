import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readCaches } from './caches.ts';

it('reads the sizes that the kernel tells, and leaves out the cache of instructions', () => {
  const folder = mkdtempSync(join(tmpdir(), 'crossfree-caches-'));
  const index = (name: string, files: Record<string, string>) => {
    mkdirSync(join(folder, name));
    for (const [file, words] of Object.entries(files)) writeFileSync(join(folder, name, file), `${words}\n`);
  };
  index('index0', { level: '1', type: 'Data', size: '48K', coherency_line_size: '64' });
  index('index1', { level: '1', type: 'Instruction', size: '32K' });
  index('index2', { level: '2', type: 'Unified', size: '1M' });
  expect(readCaches(folder)).toEqual({ l1: 49152, l2: 1048576, line: 64 });
  rmSync(folder, { recursive: true });
  expect(readCaches(folder)).toEqual({});
});
