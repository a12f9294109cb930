import { ADDONS } from './list/addons.ts';
import { ALLOCATORS } from './list/allocators.ts';
import { ARCHIVES } from './list/archives.ts';
import { COMPILERS } from './list/compilers.ts';
import { CRATES } from './list/crates.ts';
import { DATABASES } from './list/databases.ts';
import { INTERPRETERS } from './list/interpreters.ts';
import { MEDIA } from './list/media.ts';
import { REFUSALS } from './list/refusals.ts';
import { TEXT } from './list/text.ts';
import { TOOLS } from './list/tools.ts';
import { WHEELS } from './list/wheels.ts';
import type { Program } from './program.ts';

/** Every real program that must run as ever under observation, in the order of the table. */
export const PROGRAMS: readonly Program[] = [
  ...INTERPRETERS,
  ...ALLOCATORS,
  ...TEXT,
  ...ARCHIVES,
  ...COMPILERS,
  ...DATABASES,
  ...TOOLS,
  ...MEDIA,
  ...ADDONS,
  ...WHEELS,
  ...CRATES,
  ...REFUSALS,
];
