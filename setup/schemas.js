#!/usr/bin/env node
/**
 * Writes schemas/*.schema.json from our types, the published shapes of our JSON.
 *
 *   node setup/schemas.js
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Each published schema: its file, the module and the type that it is made from. */
export const SCHEMAS = [
  { file: 'run.schema.json', source: 'src/model/run.ts', type: 'Run' },
  { file: 'addr.schema.json', source: 'src/model/addr.ts', type: 'Addr' },
  { file: 'trace.schema.json', source: 'src/model/trace.ts', type: 'Trace' },
  { file: 'autopsy.schema.json', source: 'src/model/autopsy.ts', type: 'Autopsy' },
  { file: 'forget.schema.json', source: 'src/model/forget.ts', type: 'ForgetResult' },
  { file: 'matrix.schema.json', source: 'src/search/matrix/result.ts', type: 'Matrix' },
  { file: 'merge.schema.json', source: 'src/results/result.ts', type: 'MergedRuns' },
  { file: 'page.schema.json', source: 'src/lab/experiment.ts', type: 'Page' },
  { file: 'lab.schema.json', source: 'src/lab/lab-report.ts', type: 'LabReport' },
];

/**
 * The text of one schema file.
 * @param {{ source: string, type: string }} schema
 */
export async function schemaText({ source, type }) {
  const { createGenerator } = await import('ts-json-schema-generator');
  const generator = createGenerator({
    path: join(root, source),
    tsconfig: join(root, 'tsconfig.json'),
    type,
    topRef: false,
    // schemas grow by adding: a reader of an older one must accept what a newer crossfree adds
    additionalProperties: true,
    skipTypeCheck: true,
  });
  return `${JSON.stringify(generator.createSchema(type), undefined, 2)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(join(root, 'schemas'), { recursive: true });
  for (const schema of SCHEMAS) writeFileSync(join(root, 'schemas', schema.file), await schemaText(schema));
}
