import { runBench } from './bundle.js';

await runBench('main.ts');
