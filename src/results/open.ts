import { asSaved, readSaved } from '../report/saved.ts';
import type { Kept, Result } from './result.ts';

/** Any result that a command kept, from the folder of `--out` or the file of `--json`. Throws NoResult. */
export function openResult(path: string): Kept {
  return { path, result: readSaved(path) as unknown as Result };
}

/** A value as the result that it is: all of it is looked at. Throws NoResult. */
export function asResult(value: unknown): Result {
  return asSaved(value) as unknown as Result;
}
