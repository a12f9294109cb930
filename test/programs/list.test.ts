import { expect, test } from 'vitest';
import { PROGRAMS } from './list.ts';

test('every entry has an id of its own, since directories and results are named after it', () => {
  const ids = PROGRAMS.map(({ id }) => id);
  expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
  expect(ids.filter((id) => !/^[\w.+-]+$/.test(id))).toEqual([]);
});

test('the list is long enough that some entries may be skipped', () => {
  expect(PROGRAMS.filter(({ verdict }) => verdict !== 'unobservable').length).toBeGreaterThanOrEqual(180);
});

test('versions of what comes from a registry are fixed', () => {
  for (const { npm = [], pypi = [], crate, rust } of PROGRAMS.map(({ from }) => from)) {
    for (const spec of npm) expect(spec).toMatch(/.@\d/);
    for (const spec of pypi) expect(spec).toMatch(/==\d/);
    if (crate) expect(crate).toMatch(/@\d/);
    for (const line of rust?.dependencies ?? []) expect(line).toMatch(/"=\d/);
  }
});
