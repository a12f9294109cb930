import { runBundled } from './bundle.js';

await runBundled('bench/isolation.ts');
