import { ADDONS } from './list/addons.ts';
import { ALLOCATORS } from './list/allocators.ts';
import { ARCHIVES } from './list/archives.ts';
import { BROWSERS } from './list/browsers.ts';
import { COMPILERS } from './list/compilers.ts';
import { CRATES } from './list/crates.ts';
import { DATABASES } from './list/databases.ts';
import { DEBUGGERS } from './list/debuggers.ts';
import { DESKTOP } from './list/desktop.ts';
import { INTERPRETERS } from './list/interpreters.ts';
import { LANGUAGES } from './list/languages.ts';
import { MEDIA } from './list/media.ts';
import { NATIVE } from './list/native.ts';
import { OFFICE } from './list/office.ts';
import { PLAYERS } from './list/players.ts';
import { REFUSALS } from './list/refusals.ts';
import { RUST_ALLOCATORS } from './list/rust-allocators.ts';
import { SANITIZERS } from './list/sanitizers.ts';
import { SERVERS } from './list/servers.ts';
import { SYSTEM } from './list/system.ts';
import { TEXT } from './list/text.ts';
import { TOOLS } from './list/tools.ts';
import { WHEELS } from './list/wheels.ts';
import type { Program } from './program.ts';

/** The real programs that must run as ever under observation, in groups that each install and run alone. */
export const GROUPS: Readonly<Record<string, readonly Program[]>> = {
  interpreters: INTERPRETERS,
  allocators: ALLOCATORS,
  text: TEXT,
  archives: ARCHIVES,
  languages: LANGUAGES,
  compilers: COMPILERS,
  databases: DATABASES,
  tools: TOOLS,
  media: MEDIA,
  browsers: BROWSERS,
  addons: ADDONS,
  wheels: WHEELS,
  crates: CRATES,
  office: OFFICE,
  desktop: DESKTOP,
  servers: SERVERS,
  debuggers: DEBUGGERS,
  system: SYSTEM,
  sanitizers: SANITIZERS,
  native: NATIVE,
  'rust-allocators': RUST_ALLOCATORS,
  players: PLAYERS,
  refusals: REFUSALS,
};

/** All of them, in the order of the table. */
export const PROGRAMS: readonly Program[] = Object.values(GROUPS).flat();
