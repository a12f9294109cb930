/** The programmatic API: `import { run, matrix, forget } from 'crossfree'`. */
export * from './api/forget.ts';
export * from './api/matrix.ts';
export * from './api/run.ts';
export * from './api/trace.ts';
