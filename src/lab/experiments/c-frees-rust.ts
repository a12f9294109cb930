import { pairsExperiment } from '../pairs.ts';

export const experiment = pairsExperiment({
  id: 'c-frees-rust',
  title: "Blocks of Rust's, released by C's free",
  source: 'c-frees-rust.rs',
  compiler: ['rustc', '--edition', '2021', '-O', '-g'],
  acts: [
    { name: 'fault', codes: ['CF001', 'CF001'] },
    { name: 'healthy', codes: [] },
  ],
  why: "Rust's default allocator is malloc and free, so C's free is what dealloc would have called",
});
