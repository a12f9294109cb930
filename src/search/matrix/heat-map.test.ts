import { expect, it } from 'vitest';
import type { Arrangement } from '../../model/index.ts';
import { cleanRun } from '../../report/run.fixture.ts';
import { heatMapOf } from './heat-map.ts';
import type { Cell, Matrix } from './result.ts';

function matrixOf(moved: Arrangement[], worlds: string[], allocators: string[]): Matrix {
  const cells: Cell[] = moved.map((one) => ({
    arrangement: { ...cleanRun().arrangement, ...one },
    moved: one,
    verdict: 'clean',
    distribution: [],
    runs: [],
  }));
  return { worlds, allocators, cells } as unknown as Matrix;
}

const shown = (matrix: Matrix) => {
  const { columns, rows } = heatMapOf(matrix);
  const words = rows.map(({ name, cells }) => [
    name,
    ...cells.map((place) => (place ? (place.own ? 'own' : JSON.stringify(place.cell.moved)) : '–')),
  ]);
  return [columns, ...words];
};

it('has a row for each world that was moved alone, with the program as it is in its own place', () => {
  const moved = [{}, { c: 'jemalloc' }, { rust: 'jemalloc' }];
  expect(shown(matrixOf(moved, ['c', 'rust'], ['glibc', 'jemalloc', 'debug']))).toEqual([
    ['glibc', 'jemalloc', 'debug'],
    ['c', 'own', '{"c":"jemalloc"}', '–'],
    ['rust', 'own', '{"rust":"jemalloc"}', '–'],
  ]);
});

it('has a row for each arrangement of the other worlds where all were combined', () => {
  const moved = [{}, { c: 'debug' }, { rust: 'debug' }, { c: 'debug', rust: 'debug' }];
  expect(shown(matrixOf(moved, ['c', 'rust'], ['glibc', 'debug']))).toEqual([
    ['glibc', 'debug'],
    ['as it is; rust on', 'own', '{"rust":"debug"}'],
    ['c=debug; rust on', '{"c":"debug"}', '{"c":"debug","rust":"debug"}'],
  ]);
});

it('has one place for a program that was not moved at all', () => {
  expect(shown(matrixOf([{}], [], []))).toEqual([['as it is'], ['all', 'own']]);
});
