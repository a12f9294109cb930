import { pairsExperiment } from '../pairs.ts';

export const experiment = pairsExperiment({
  id: 'realloc-across-worlds',
  title: 'realloc on what new[] handed out',
  source: 'mixing.cpp',
  compiler: ['g++', '-std=c++17', '-O1', '-g', '-w'],
  acts: [
    { name: 'new[], realloc', codes: ['CF001'] },
    { name: 'malloc, realloc', codes: [] },
  ],
  why: 'realloc takes the block for its own, and on glibc it is',
});
