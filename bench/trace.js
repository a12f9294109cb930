import { runBundled } from './bundle.js';

await runBundled('bench/trace.ts');
