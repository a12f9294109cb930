import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Elf } from '../inspect/elf.ts';

const DEBUG_ROOT = '/usr/lib/debug';

/** What a module's file on disk is good for, now that the program is over. */
export interface ModuleFile {
  /** The file is there and is the one that was mapped, as far as its build id can tell. */
  same: boolean;
  /** Debug info can be found, in the file or in a separate one. */
  debugInfo: boolean;
}

const ABSENT: ModuleFile = { same: false, debugInfo: false };

/** Looks at a module's file. `buildId` is the one that was mapped; empty when it had none. */
export function inspectModuleFile(path: string, buildId: string): ModuleFile {
  if (!path.startsWith('/')) return ABSENT;
  let elf: Elf | undefined;
  try {
    elf = Elf.open(path);
    if (!elf || (elf.buildId() ?? '') !== buildId) return ABSENT;
    return { same: true, debugInfo: elf.hasDebugInfo() || hasSeparateDebugFile(elf, path, buildId) };
  } catch {
    return ABSENT;
  } finally {
    elf?.close();
  }
}

function hasSeparateDebugFile(elf: Elf, path: string, buildId: string): boolean {
  if (buildId.length > 2) {
    const byId = join(DEBUG_ROOT, '.build-id', buildId.slice(0, 2), `${buildId.slice(2)}.debug`);
    if (existsSync(byId)) return true;
  }
  if (!elf.section('.gnu_debuglink')) return false;
  const folder = dirname(path);
  const names = [`${basename(path)}.debug`, basename(path)];
  return [join(folder, '.debug'), join(DEBUG_ROOT, folder)].some((place) =>
    names.some((name) => existsSync(join(place, name))),
  );
}
