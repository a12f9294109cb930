import { runBench } from './bundle.js';

await runBench('trace.ts');
