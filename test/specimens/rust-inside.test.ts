import { sampled } from './sample.ts';
import { suite } from './suite.ts';

/** With jemalloc, mimalloc or a bump allocator linked in. */
await suite(
  'rust',
  ({ build }) => !build.tags.includes('system'),
  (program) => program.build.id === 'release-jemalloc' || sampled(program),
);
