import { runBundled } from './bundle.js';

await runBundled('bench/programs.ts');
