import { expect, test } from 'vitest';
import { choose } from './choose.ts';
import { GROUPS, PROGRAMS } from './list.ts';

test('groups and programs are chosen by name, each once and in the order of the list', () => {
  const { databases = [], text = [] } = GROUPS;
  expect(choose(['databases', 'text', 'sqlite3'])).toEqual([...text, ...databases]);
  expect(choose(['vim', 'perl']).map(({ id }) => id)).toEqual(['perl', 'vim']);
});

test('all and quick stand for what they say', () => {
  expect(choose(['all'])).toEqual(PROGRAMS);
  expect(choose(['quick']).every(({ quick }) => quick)).toBe(true);
});

test('a name that stands for nothing is an error that tells the groups', () => {
  expect(() => choose(['perl', 'prel'])).toThrow(/`prel`.*databases/);
});

test('no program is called as a group is', () => {
  const groups = [...Object.keys(GROUPS), 'all', 'quick'];
  expect(PROGRAMS.filter(({ id }) => groups.includes(id))).toEqual([]);
});
