import { pairsExperiment } from '../pairs.ts';

export const experiment = pairsExperiment({
  id: 'invalid-free',
  title: 'Released, but never handed out: stack, static, interior',
  source: 'mixing.cpp',
  compiler: ['g++', '-std=c++17', '-O1', '-g', '-w'],
  acts: [
    { name: 'stack, free', codes: ['CF003'] },
    { name: 'static, free', codes: ['CF003'] },
    { name: 'interior, free', codes: ['CF003'] },
    { name: 'malloc, free', codes: [] },
  ],
  why: 'glibc reads a size before the pointer, finds none that can be, and aborts',
});
