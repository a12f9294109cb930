import { runBundled } from '../../bench/bundle.js';

await runBundled('test/programs/start.ts');
