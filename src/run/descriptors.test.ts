import { expect, it } from 'vitest';
import { inheritedFrom, stdioWith } from './descriptors.ts';

const none = () => new Set<string>();

it('passes on files and single pipe ends, and keeps Node’s own to itself', () => {
  const own = new Map([
    [0, 'pipe:[1]'],
    [2, '/dev/null'],
    [1, '/dev/null'],
    [3, '/dev/null'],
    [4, 'pipe:[7]'],
    [5, 'anon_inode:[eventpoll]'],
    [12, 'pipe:[7]'],
    [6, '/dev/null'],
    [7, '/dev/null'],
    [9, '/home/a/data'],
    [8, 'pipe:[8]'],
    [10, 'socket:[11]'],
    [11, '/proc/123/fd'],
  ]);
  expect(inheritedFrom(own, none)).toEqual([3, 7, 8, 9, 10]);
});

it('passes on both ends of a pipe that whoever started us holds as well', () => {
  const own = new Map([
    [3, 'pipe:[7]'],
    [4, 'pipe:[7]'],
  ]);
  expect(inheritedFrom(own, () => new Set(['pipe:[7]']))).toEqual([3, 4]);
});

it('keeps each descriptor’s number', () => {
  expect(stdioWith([4, 6])).toEqual(['inherit', 'inherit', 'inherit', 'ignore', 4, 'ignore', 6]);
});
