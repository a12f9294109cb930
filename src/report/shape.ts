import { createRequire } from 'node:module';
import { join } from 'node:path';
import { buildCommand, NotBuilt, packageRoot } from '../plan/installation.ts';

/** A function of dist/validators.cjs, which the build makes of a published schema. */
interface Validator {
  (value: unknown): boolean;
  errors?: { instancePath: string; params: { missingProperty?: string } }[] | null;
}

let validators: Record<string, Validator> | undefined;

/** The kind of a result's schema: `run` of `crossfree/run@1`; undefined for one that this version does not write. */
export function kindOf(schema: string): string | undefined {
  return /^crossfree\/(run|merge|matrix|forget|lab|trace|autopsy)@1$/.exec(schema)?.[1];
}

/**
 * The first part that has not the shape that the published schema of this kind gives it, as `findings/0/birth`;
 * undefined where all have it.
 */
export function misshapenPart(kind: string, value: unknown): string | undefined {
  validators ??= load();
  const validate = validators[kind];
  if (!validate) throw new Error(`no schema of ${kind}`);
  if (validate(value)) return undefined;
  const { instancePath = '', params } = validate.errors?.[0] ?? {};
  return `${instancePath}/${params?.missingProperty ?? ''}`.replace(/^\/|\/$/g, '');
}

function load(): Record<string, Validator> {
  try {
    return createRequire(join(packageRoot(), 'package.json'))('./dist/validators.cjs');
  } catch (error) {
    throw new NotBuilt(
      `dist/validators.cjs is not here (${(error as Error).message}): \`${buildCommand()}\` makes it`,
    );
  }
}
