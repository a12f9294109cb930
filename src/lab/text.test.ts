import { describe, expect, it } from 'vitest';
import { table, wrapped } from './text.ts';

describe('wrapped', () => {
  it('breaks at spaces so that no line is wider than the page', () => {
    const text = wrapped(Array.from({ length: 60 }, (_, index) => `word${index}`).join(' '));
    const lines = text.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) expect(line).toMatch(/^ {2}\S.{0,97}$/);
    expect(text.split(/\s+/).filter(Boolean)).toHaveLength(60);
  });

  it('shows control characters instead of obeying them', () => {
    expect(wrapped('\x1b[2J')).toBe('  \\x1b[2J\n');
  });
});

describe('table', () => {
  it('aligns its columns', () => {
    expect(table(['a', 'long', 'c'], [['xyz', '1', '2']])).toBe('  a    long  c\n  xyz  1     2\n');
  });

  it('shows control characters instead of obeying them', () => {
    expect(table(['a'], [['b\nc']])).toBe('  a\n  b\\nc\n');
  });
});
