import { expect, it } from 'vitest';
import { wrap } from './wrap.ts';

it.each([
  ['', ['']],
  ['one two three', ['one two', 'three']],
  ['immeasurable word', ['immeasurable', 'word']],
  ['exactly8 x', ['exactly8', 'x']],
])('breaks %j', (text, lines) => {
  expect(wrap(text, 8)).toEqual(lines);
});
