export * from './addr.ts';
export * from './autopsy.ts';
export * from './finding.ts';
export * from './forget.ts';
export * from './outcome.ts';
export * from './run.ts';
export * from './world.ts';
