import { sampled } from './sample.ts';
import { suite } from './suite.ts';

/** Built in every way, on the system's allocator. */
await suite(
  'rust',
  ({ build }) => build.tags.includes('system'),
  (program) => ['lines-system', 'fat-system'].includes(program.build.id) || sampled(program),
);
