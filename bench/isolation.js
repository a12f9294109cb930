import { runBench } from './bundle.js';

await runBench('isolation.ts');
