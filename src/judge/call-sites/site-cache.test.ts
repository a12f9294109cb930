import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SiteCache } from './site-cache.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crossfree-cache-'));
  writeFileSync(join(folder, 'module'), 'ELF');
});
afterEach(() => rmSync(folder, { recursive: true }));

const cacheFolder = () => join(folder, 'deep', 'sites');
const address = (offset: number, buildId = 'aa') => ({ path: join(folder, 'module'), buildId, offset });
const source = { kind: 'source', frame: { function: 'f', file: '/a.rs', line: 3, column: 4 } } as const;

it('keeps what it is told from run to run', () => {
  const cache = new SiteCache(cacheFolder());
  cache.set(address(1), { kind: 'rust' });
  cache.set(address(2), source);
  cache.save();
  const next = new SiteCache(cacheFolder());
  expect(next.get(address(1))).toEqual({ kind: 'rust' });
  expect(next.get(address(2))).toEqual(source);
  expect(next.get(address(3))).toBeUndefined();
  expect(readdirSync(cacheFolder())).toHaveLength(1);
});

it('tells builds apart, and a stripped copy from its original', () => {
  const cache = new SiteCache(cacheFolder());
  cache.set(address(1), { kind: 'c' });
  cache.save();
  expect(new SiteCache(cacheFolder()).get(address(1, 'bb'))).toBeUndefined();
  writeFileSync(join(folder, 'module'), 'E');
  expect(new SiteCache(cacheFolder()).get(address(1))).toBeUndefined();
});

it.each([
  '',
  '{',
  'null',
  '[]',
  '{"version":1}',
  '{"version":0,"sites":[[1,"c"]]}',
  '{"version":1,"sites":[3,[],[1],["1","c"],[1,["f"]],[1,"d"]]}',
])('takes the damaged file %s for none', (text) => {
  const cache = new SiteCache(cacheFolder());
  cache.set(address(1), { kind: 'rust' });
  cache.save();
  const [name = ''] = readdirSync(cacheFolder());
  writeFileSync(join(cacheFolder(), name), text);
  const next = new SiteCache(cacheFolder());
  expect(next.get(address(1))).toBeUndefined();
  next.set(address(2), { kind: 'c' });
  next.save();
  expect(JSON.parse(readFileSync(join(cacheFolder(), name), 'utf8')).sites).toEqual([[2, 'c']]);
});

it('does without a folder that it cannot write to', () => {
  const cache = new SiteCache('/dev/null/crossfree');
  cache.set(address(1), { kind: 'rust' });
  cache.save();
  expect(cache.get(address(1))).toEqual({ kind: 'rust' });
});

it('keeps nothing of a module that is gone', () => {
  const cache = new SiteCache(cacheFolder());
  cache.set({ path: '/gone', buildId: '', offset: 1 }, { kind: 'rust' });
  cache.save();
  expect(cache.get({ path: '/gone', buildId: '', offset: 1 })).toBeUndefined();
});
