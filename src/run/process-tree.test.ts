import { expect, it } from 'vitest';
import { parseStat } from './process-stat.ts';
import { descendants } from './process-tree.ts';

it('finds everything below a process and nothing beside it', () => {
  const table = [
    { pid: 1, parent: 0 },
    { pid: 5, parent: 1 },
    { pid: 6, parent: 5 },
    { pid: 7, parent: 6 },
    { pid: 8, parent: 1 },
    { pid: 9, parent: 8 },
  ];
  expect([...descendants(5, table)]).toEqual([5, 6, 7]);
});

it('reads a process whose name looks like the rest of the line', () => {
  const line = `42 (a) S 1 (b)) R 7 42 40 34816 43 ${Array.from({ length: 13 }, (_, index) => index).join(' ')} 777 0`;
  expect(parseStat(line)).toEqual({
    state: 'R',
    parent: 7,
    group: 42,
    terminal: 34816,
    foreground: 43,
    started: 777,
  });
});
