/** Turns the published schemas into code that looks at a saved result, so that no command has to do it first. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SCHEMAS } from './schemas.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Where the definitions are that the schemas have in common: they are made of the same types. */
const SHARED = 'shared';

/** A CommonJS module with a function for each schema, `run` of run.schema.json: whether a value has that shape. */
export async function validatorsText() {
  const [{ Ajv }, { default: standalone }] = await Promise.all([
    import('ajv'),
    import('ajv/dist/standalone/index.js'),
  ]);
  const ajv = new Ajv({
    code: { source: true },
    ownProperties: true, // a name that every object inherits is no part of a value
    allowUnionTypes: true,
    inlineRefs: false, // a definition is one function, not one for each place
    messages: false,
  });
  /** @type {Record<string, unknown>} */
  const definitions = {};
  /** @type {Record<string, string>} */
  const exported = {};
  for (const { file } of SCHEMAS) {
    const text = readFileSync(join(root, 'schemas', file), 'utf8');
    const schema = JSON.parse(text.replaceAll('"#/definitions/', `"${SHARED}#/definitions/`));
    for (const [name, definition] of Object.entries(schema.definitions ?? {})) {
      if (JSON.stringify(definitions[name] ?? definition) !== JSON.stringify(definition))
        throw new Error(`${file} has a ${name} of its own; \`npm run schemas\` writes them anew`);
      definitions[name] = definition;
    }
    const name = file.replace(/\.schema\.json$/, '');
    ajv.addSchema({ ...schema, definitions: {} }, name);
    exported[name] = name;
  }
  ajv.addSchema({ $id: SHARED, definitions });
  return (standalone.default ?? standalone)(ajv, exported);
}
