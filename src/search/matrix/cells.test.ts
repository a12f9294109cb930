import { expect, it } from 'vitest';
import { arrangementText, movableWorlds, planArrangements, planTurns } from './cells.ts';

const base = { c: 'glibc', rust: 'glibc' };

it('moves each world alone onto each allocator that it is not on', () => {
  expect(planArrangements(['c', 'rust'], ['glibc', 'jemalloc'], base, false)).toEqual([
    {},
    { c: 'jemalloc' },
    { rust: 'jemalloc' },
  ]);
});

it('takes every combination when it is to be full', () => {
  const all = planArrangements(['c', 'rust'], ['glibc', 'jemalloc', 'debug'], base, true);
  expect(all).toHaveLength(9);
  expect(all).toContainEqual({ c: 'jemalloc', rust: 'debug' });
  expect(all[0]).toEqual({});
});

it('takes the worlds that a program uses, and none of those that it keeps inside another', () => {
  const used = { c: 10, 'c++': 1, 'c++[]': 0, 'rust@liba.so': 3, sqlite: 4 };
  expect(movableWorlds(used)).toEqual(['c', 'c++', 'rust@liba.so']);
});

it('orders the runs by the seed: the same for the same one', () => {
  const cells = [{}, { c: 'jemalloc' }, { rust: 'jemalloc' }];
  const order = (seed: number) => planTurns(cells, 3, seed).map(({ cell, repeat }) => `${cell}/${repeat}`);
  expect(order(1)).toEqual(order(1));
  expect(order(1)).not.toEqual(order(2));
  expect(order(2).toSorted()).toEqual(order(1).toSorted());
  expect(new Set(order(1)).size).toBe(9);
});

it('says an arrangement in words', () => {
  expect([arrangementText({}), arrangementText({ rust: 'jemalloc', c: 'debug' })]).toEqual([
    'as it is',
    'rust=jemalloc, c=debug',
  ]);
});
