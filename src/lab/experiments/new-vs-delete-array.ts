import { pairsExperiment } from '../pairs.ts';

export const experiment = pairsExperiment({
  id: 'new-vs-delete-array',
  title: "new and new[] released by each other's delete",
  source: 'mixing.cpp',
  compiler: ['g++', '-std=c++17', '-O1', '-g', '-w'],
  acts: [
    { name: 'new[], delete', codes: ['CF001'] },
    { name: 'new, delete[]', codes: ['CF001'] },
    { name: 'new[], delete[]', codes: [] },
    { name: 'new, delete', codes: [] },
  ],
  why: 'for types without destructor both forms end in the same free; with one, delete[] reads a count that new never wrote',
});
