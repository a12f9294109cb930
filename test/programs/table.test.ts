import { expect, test } from 'vitest';
import { describeRow, type Row, reallyRun, renderTable } from './table.ts';

const ROWS: Row[] = [
  {
    id: 'a',
    what: 'reads | writes',
    from: 'Debian a',
    version: '1',
    result: 'held',
    verdict: 'clean',
    coverage: 'partial',
    arrangement: { c: 'glibc', rust: 'jemalloc' },
    allocations: { rust: 1200, c: 3, 'c++': 0 },
    processes: 2,
    gaps: [{ module: '/x/y.node', reason: 'stripped' }],
    milliseconds: { bare: 280, observed: 12_010 },
  },
  { id: 'b', what: 'b', from: 'Debian b', result: 'held', verdict: 'unobservable', coverage: 'none' },
  { id: 'c', what: 'c', from: 'npm c', result: 'skipped', why: ['no network'] },
  {
    id: 'd',
    what: 'd',
    from: 'npm d',
    result: 'failed',
    why: ['exit status 0 bare, 1 observed'],
    verdict: 'clean',
  },
];

test('only an observed program that held counts as really run', () => {
  expect(reallyRun(ROWS).map(({ id }) => id)).toEqual(['a']);
});

test('the page tells every entry, what was seen of it and what was skipped', () => {
  const page = renderTable(ROWS, 'a machine');
  expect(page).toContain(
    '| a | reads \\| writes | 1 | 0.3 → 12 | clean | partial | 2 | rust 1,200, c 3 | c: glibc, rust: jemalloc | stripped (y.node) |',
  );
  expect(page).toContain('1 programs were observed and held; 1 that nothing preloaded can see');
  expect(page).toContain('- c (skipped): no network');
  expect(page).toContain('- d (failed): exit status 0 bare, 1 observed');
});

test('a line for the terminal tells the times, the verdict and the gaps', () => {
  expect(ROWS.map(describeRow)).toContain(
    'a held · bare 0.3 s, observed 12 s · clean, coverage partial: stripped (y.node)',
  );
});
