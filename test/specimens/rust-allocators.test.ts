import { suite } from './suite.ts';

await suite('rust-allocators');
