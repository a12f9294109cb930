import { join } from 'node:path';
import { packageRoot } from '../plan/installation.ts';
import type { FormatOptions } from '../report/format.ts';
import { version } from './version.ts';

/** What the formats need to know of this package. */
export function formatOptions(cwd: string, colour: boolean): FormatOptions {
  return {
    version: version(),
    docs: join(packageRoot(), 'docs/findings'),
    web: join(packageRoot(), 'dist/web'),
    cwd,
    colour,
  };
}
