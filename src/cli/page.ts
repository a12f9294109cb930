import { writeFileSync } from 'node:fs';
import { type PageResult, renderPage } from '../report/html/pages.ts';
import { formatOptions } from './format-options.ts';

/** Writes a result as one page for a browser. */
export function writePage(descriptor: number, result: PageResult): void {
  writeFileSync(descriptor, renderPage(result, formatOptions(workingDirectory(), false)));
}

/** Also where it was removed: programs run there all the same. */
function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    return '/proc/self/cwd';
  }
}
