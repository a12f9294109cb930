import { readSaved } from '../report/saved.ts';
import type { Kept } from './result.ts';
import { asResult } from './shape.ts';

/** Any result that a command kept, from the folder of `--out` or the file of `--json`. Throws NoResult. */
export function openResult(path: string): Kept {
  return { path, result: asResult(readSaved(path)) };
}
