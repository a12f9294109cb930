import { pairsExperiment } from '../pairs.ts';

export const experiment = pairsExperiment({
  id: 'cpp-vs-c',
  title: 'Blocks of C++ and C, each released by the other',
  source: 'mixing.cpp',
  compiler: ['g++', '-std=c++17', '-O1', '-g', '-w'],
  acts: [
    { name: 'new, free', codes: ['CF001'] },
    { name: 'new[], free', codes: ['CF001'] },
    { name: 'malloc, delete', codes: ['CF001'] },
    { name: 'new, delete', codes: [] },
    { name: 'malloc, free', codes: [] },
  ],
  why: 'operator new calls malloc here, so the wrong release works until somebody replaces one of them',
});
