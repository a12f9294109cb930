import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Path of the first of `names` that PATH knows. */
export function findTool(
  names: readonly string[],
  path = process.env.PATH ?? '/usr/bin:/bin',
): string | undefined {
  for (const name of names) {
    for (const folder of path.split(delimiter)) {
      if (!folder.startsWith('/')) continue;
      const candidate = join(folder, name);
      try {
        accessSync(candidate, constants.X_OK);
        if (statSync(candidate).isFile()) return candidate;
      } catch {
        // not here
      }
    }
  }
  return undefined;
}

/** `name` itself, then `name-30` down to `name-13`: Debian installs versioned names only by default. */
export function versioned(name: string): string[] {
  return [name, ...Array.from({ length: 18 }, (_, index) => `${name}-${30 - index}`)];
}

/** The environment of the tools that we start: ours, without what would bring the network or a preload in. */
export function toolEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, LC_ALL: 'C', DEBUGINFOD_URLS: '', LD_PRELOAD: '' };
}
