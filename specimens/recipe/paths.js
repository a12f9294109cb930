import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** specimens/ */
export const SPECIMENS = dirname(dirname(fileURLToPath(import.meta.url)));
export const ROOT = dirname(SPECIMENS);
/** Where everything is built. */
export const OUT = join(ROOT, 'build', 'specimens');
