import { describe, expect, it } from 'vitest';
import { check, compare, shared } from './answer.ts';

describe('answers', () => {
  it('compares lists by what they hold', () => {
    expect(compare(['a', 1], ['a', 1], 'why').verdict).toBe('holds');
    expect(compare(['a', 1], ['a', 2], 'why')).toEqual({
      measured: ['a', 1],
      verdict: 'refuted',
      why: 'why',
    });
  });

  it('keeps the measurement beside a condition', () => {
    expect(check(false, 7, 'why')).toEqual({ measured: 7, verdict: 'refuted', why: 'why' });
  });

  it('says once what all say, and all where they differ', () => {
    expect(shared([['x'], ['x']])).toEqual(['x']);
    expect(shared(['x', 'y', 'x'])).toEqual(['x', 'y', 'x']);
    expect(shared([])).toEqual([]);
  });
});
