import { runBench } from './bundle.js';

await runBench('libc-inside.ts');
