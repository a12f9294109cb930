import { expect, it } from 'vitest';
import { medianOf, spreadOf, spreadText } from './statistics.ts';

it('tells the middle and the ends, and leaves the list as it was', () => {
  const values = [5, 1, 9];
  expect(spreadOf(values)).toEqual({ median: 5, low: 1, high: 9, count: 3 });
  expect(values).toEqual([5, 1, 9]);
  expect(medianOf([4, 1, 3, 2])).toBe(2.5);
  expect(medianOf([])).toBeNaN();
});

it('is shown with its spread', () => {
  expect(spreadText(spreadOf([12.81, 11.9, 13.44]))).toBe('12.8 (11.9…13.4)');
});
