import { expect, test } from 'vitest';
import { PROGRAMS } from './list.ts';

test('every entry has an id of its own, since directories and results are named after it', () => {
  const ids = PROGRAMS.map(({ id }) => id);
  expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
  expect(ids.filter((id) => !/^[\w.+-]+$/.test(id))).toEqual([]);
});

test('the list is long enough that some entries may be skipped', () => {
  expect(PROGRAMS.filter(({ verdict }) => verdict !== 'unobservable').length).toBeGreaterThanOrEqual(70);
});

test('versions of what comes from a registry are fixed', () => {
  for (const { from } of PROGRAMS) {
    if ('npm' in from) for (const spec of from.npm) expect(spec).toMatch(/.@\d/);
    if ('pypi' in from) for (const spec of from.pypi) expect(spec).toMatch(/==\d/);
    if ('crate' in from) expect(from.crate).toMatch(/@\d/);
  }
});
