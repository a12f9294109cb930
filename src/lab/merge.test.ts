import { expect, it } from 'vitest';
import { CATALOGUE } from './catalogue.ts';
import type { LabReport } from './lab-report.ts';
import type { Machine } from './machine.ts';
import { mergeLabs } from './merge.ts';

const here: Machine = {
  processor: 'a processor',
  cores: 2,
  memoryBytes: 1,
  architecture: 'x64',
  kernel: '6',
  system: 'Debian',
  glibc: '2.36',
  node: '20',
  tools: { gcc: '12' },
};

function part(name: string, ids: string[], machine: Machine = here) {
  const experiments = ids.map((id) => ({ id, title: id, claims: [], data: { id }, missing: [] }));
  const report: LabReport = {
    schema: 'crossfree/lab@1',
    machine,
    quick: false,
    shard: { number: 1, of: 2 },
    experiments,
  };
  return {
    name,
    report,
    pages: Object.fromEntries(ids.map((id) => [id, [{ kind: 'text' as const, text: id }]])),
  };
}

it('joins the experiments in the order of the catalogue, with their pages', () => {
  const { report, pages } = mergeLabs([part('a', ['double-free', 'page-walk']), part('b', ['three-faults'])]);
  expect(report.experiments.map(({ id }) => id)).toEqual(
    ['double-free', 'page-walk', 'three-faults'].toSorted((a, b) => order(a) - order(b)),
  );
  expect(Object.keys(pages).sort()).toEqual(['double-free', 'page-walk', 'three-faults']);
  expect(report).not.toHaveProperty('shard');
});

it('says which experiments ran on another machine; other tools alone are none', () => {
  const { report } = mergeLabs([
    part('a', ['double-free']),
    part('b', ['page-walk'], { ...here, tools: {} }),
    part('c', ['three-faults'], { ...here, kernel: '7' }),
  ]);
  const elsewhere = report.experiments.flatMap(({ id, machine }) => (machine ? [[id, machine.kernel]] : []));
  expect(elsewhere).toEqual([['three-faults', '7']]);
});

it('refuses an experiment that stands in two parts', () => {
  expect(() => mergeLabs([part('a', ['page-walk']), part('b', ['page-walk'])])).toThrow(
    'a and b both have the experiment `page-walk`',
  );
});

function order(id: string): number {
  return CATALOGUE.findIndex((experiment) => experiment.id === id);
}
