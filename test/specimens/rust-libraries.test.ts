import { suite } from './suite.ts';

await suite('rust-libraries');
