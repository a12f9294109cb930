/** The programmatic API: `import { run, matrix } from 'crossfree'`. */
export * from './api/matrix.ts';
export * from './api/run.ts';
export * from './api/trace.ts';
