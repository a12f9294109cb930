import { suite } from './suite.ts';

const only = process.env.ONLY?.split(',');
await suite('rust', (program) => !only || only.includes(program.build.id));
