import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { expect, it } from 'vitest';
import { SCHEMAS, schemaText } from '../setup/schemas.js';
import { packageRoot } from '../src/plan/installation.ts';
import { cleanRun, vecFromMalloc } from '../src/report/run.fixture.ts';

const read = (file: string) => readFileSync(join(packageRoot(), 'schemas', file), 'utf8');

it.each(SCHEMAS)('$file is what `npm run schemas` makes of the types', async (schema) => {
  expect(read(schema.file)).toBe(await schemaText(schema));
});

it('the schema of a run accepts runs and what later versions add, and refuses what is none', () => {
  const validate = new Ajv().compile(JSON.parse(read('run.schema.json')));
  const run = { ...cleanRun(), findings: [vecFromMalloc()], addedLater: 1 };
  expect(validate(run), JSON.stringify(validate.errors)).toBe(true);
  expect(validate({ ...run, verdict: 'splendid' })).toBe(false);
  expect(validate({ ...run, findings: [{}] })).toBe(false);
});
