import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CATALOGUE, selectExperiments, unknownIds } from './catalogue.ts';

const FILES = readdirSync(new URL('./experiments', import.meta.url))
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map((name) => name.slice(0, -'.ts'.length));

describe('the catalogue', () => {
  it('holds each experiment once, under the name of its file', () => {
    expect(CATALOGUE.map(({ id }) => id).sort()).toEqual(FILES.sort());
  });

  it.each(CATALOGUE)('gives no two claims of $id the same id', ({ claims }) => {
    const ids = claims.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('selectExperiments', () => {
  const made = (id: string) => ({
    id,
    title: '',
    needs: [],
    uses: [],
    claims: [],
    run: () => Promise.reject(),
  });
  const three = [made('a'), made('b'), made('c')];

  it('gives all for no ids', () => {
    expect(selectExperiments([], three)).toEqual(three);
  });

  it("keeps the catalogue's order and takes each once", () => {
    expect(selectExperiments(['c', 'a', 'c'], three).map(({ id }) => id)).toEqual(['a', 'c']);
  });

  it('tells the ids that nobody has', () => {
    expect(unknownIds(['a', 'x', ''], three)).toEqual(['x', '']);
  });
});
