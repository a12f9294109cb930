import { pairsExperiment } from '../pairs.ts';

export const experiment = pairsExperiment({
  id: 'double-free',
  title: 'A block that is released twice',
  source: 'mixing.cpp',
  compiler: ['g++', '-std=c++17', '-O1', '-g', '-w'],
  acts: [
    { name: 'malloc, free, free', codes: ['CF002'] },
    { name: 'malloc, free', codes: [] },
  ],
  why: 'glibc keeps a key in a block that waits in its cache and aborts when it meets it again',
});
