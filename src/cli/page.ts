import { writeFileSync } from 'node:fs';
import type { Sources } from '../report/html/excerpts.ts';
import { type PageResult, renderPage } from '../report/html/pages.ts';
import { formatOptions } from './format-options.ts';

/** Writes a result as one page for a browser. */
export function writePage(descriptor: number, result: PageResult, sources: Sources): void {
  const options = { ...formatOptions(workingDirectory(), false), sources };
  writeFileSync(descriptor, renderPage(result, options));
}

/** Also where it was removed: programs run there all the same. */
function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    return '/proc/self/cwd';
  }
}
