import { runBundled } from './bundle.js';

await runBundled('bench/main.ts');
