import { expect, it } from 'vitest';
import type { TraceSite } from '../model/trace.ts';
import { boxesOf, flameOf } from './flame.ts';

function site(bytes: number, ...callers: string[]): TraceSite {
  const stack = callers.toReversed().map((name) => ({ function: name }));
  return {
    world: 'c',
    stack,
    bytes,
    allocations: 1,
    temporary: 0,
    live: 0,
    liveBytes: 0,
    peakBytes: 0,
    probable: false,
  };
}

const sites = [
  site(10, 'main', 'parse', 'copy'),
  site(30, 'main', 'parse'),
  site(60, 'main', 'work', 'copy'),
];

it('sums up by callers, heaviest first', () => {
  const root = flameOf(sites, 'bytes');
  const [main] = root.children;
  expect([root.weight, main?.name, main?.weight]).toEqual([100, 'main', 100]);
  expect(main?.children.map(({ name, weight }) => [name, weight])).toEqual([
    ['work', 60],
    ['parse', 40],
  ]);
  expect(main?.children[1]?.children.map(({ name, weight }) => [name, weight])).toEqual([['copy', 10]]);
  expect(flameOf(sites, 'liveBytes')).toMatchObject({ weight: 0, children: [] });
});

it('places what is wide enough, each below its caller', () => {
  const boxes = boxesOf(flameOf(sites, 'bytes'), 0.2);
  expect(boxes.map(({ node, level, left, width }) => [node.name, level, left, width])).toEqual([
    ['all', 0, 0, 1],
    ['main', 1, 0, 1],
    ['work', 2, 0, 0.6],
    ['parse', 2, 0.6, 0.4],
    ['copy', 3, 0, 0.6],
  ]);
});

it('survives a stack of a hundred thousand frames', () => {
  const deep = site(1, ...Array.from({ length: 100_000 }, (_, index) => `f${index}`));
  expect(boxesOf(flameOf([deep], 'bytes'), 0.1)).toHaveLength(100_001);
});
