import { existsSync, realpathSync, symlinkSync } from 'node:fs';
import { basename, isAbsolute, join } from 'node:path';
import { Elf } from '../inspect/elf.ts';
import { ALLOCATOR_NAMES, findAllocator, OWN_ALLOCATORS } from './allocators.ts';

/** Worlds that an arrangement can move: world → allocator's name, or path of a shared object. */
export type WantedArrangement = Readonly<Record<string, string>>;

/** An arrangement that cannot be meant, or not on this machine. */
export class BadArrangement extends Error {}

const WORLDS = '`c`, `c++`, `c++[]`, `rust` or `rust@MODULE`';

/** Reads `WORLD=ALLOCATOR`. Throws BadArrangement, with what there is to choose from. */
export function parsePlacement(text: string): [world: string, allocator: string] {
  const at = text.startsWith('rust@') ? text.lastIndexOf('=') : text.indexOf('=');
  const world = at < 0 ? text : text.slice(0, at);
  const allocator = at < 0 ? '' : text.slice(at + 1);
  if (at < 0 || allocator === '')
    throw new BadArrangement(`expected WORLD=ALLOCATOR, such as \`rust=mimalloc\`, but got \`${text}\``);
  checkWorld(world);
  libraryOf(allocator);
  return [world, allocator];
}

/** What the environment must say so that the runtime puts each world where it is wanted. */
export interface PlannedArrangement {
  /** Value of CROSSFREE_ARRANGEMENT: a line `WORLD<tab>PATH<tab>OWN` for each world. */
  value: string;
  /** To be preloaded behind the runtime. */
  libraries: string[];
}

/**
 * Finds the shared objects of an arrangement. `preload` is the program's own LD_PRELOAD: an allocator
 * in it stays the one that the other worlds use. `directory` (absolute) takes links to files whose
 * paths LD_PRELOAD cannot hold. Throws BadArrangement.
 */
export function planArrangement(
  wanted: WantedArrangement,
  directory: string,
  preload = '',
): PlannedArrangement {
  const own = new Set(preload.split(/[\s:]+/).flatMap(same));
  const libraries: string[] = [];
  const lines = Object.entries(wanted).map(([world, allocator]) => {
    checkWorld(world);
    const path = libraryOf(allocator);
    if (path === undefined) return `${world}\tglibc\t`;
    const loadable = withoutSeparators(path, directory, libraries.length);
    if (!libraries.includes(loadable)) libraries.push(loadable);
    return `${world}\t${loadable}\t${same(path).some((file) => own.has(file)) ? 'own' : ''}`;
  });
  // What passes calls on finds the next malloc behind it: that must not be another one of these.
  const passesOn = (path: string) => OWN_ALLOCATORS.some((name) => path.endsWith(`/lib${name}.so`));
  return {
    value: lines.join('\n'),
    libraries: [...libraries.filter((path) => !passesOn(path)), ...libraries.filter(passesOn)],
  };
}

function checkWorld(world: string): void {
  if (['c', 'c++', 'c++[]', 'rust'].includes(world) || /^rust@[^\t\n]+$/.test(world)) return;
  throw new BadArrangement(`expected a world, ${WORLDS}, but got \`${world}\``);
}

/** Undefined for glibc, which every program has already. */
function libraryOf(allocator: string): string | undefined {
  if (allocator === 'glibc') return undefined;
  if (isAbsolute(allocator)) return checkLibrary(allocator);
  const found = findAllocator(allocator);
  if (!found) {
    throw new BadArrangement(
      `expected an allocator, ${ALLOCATOR_NAMES.join(', ')} or the absolute path of a shared object, but got \`${allocator}\``,
    );
  }
  if ('missing' in found)
    throw new BadArrangement(`the allocator ${found.missing} is not here: ${found.install}`);
  return found.path;
}

function checkLibrary(path: string): string {
  let elf: Elf | undefined;
  try {
    elf = Elf.open(path);
  } catch (error) {
    throw new BadArrangement(
      `expected a shared object, but got \`${path}\`, which cannot be read: ${(error as Error).message}`,
    );
  }
  elf?.close();
  if (!elf) throw new BadArrangement(`expected a shared object, but got \`${path}\`, which is none`);
  return path;
}

/** What LD_PRELOAD splits at stands in no path that it is given: a link serves instead. */
function withoutSeparators(path: string, directory: string, number: number): string {
  if (!/[\s:]/.test(path)) return path;
  const link = join(directory, `allocator-${number}-${basename(path).replace(/[\s:]/g, '_')}`);
  if (/[\s:]/.test(link))
    throw new BadArrangement(`LD_PRELOAD cannot hold ${path}: set TMPDIR to a folder without white space`);
  if (!existsSync(link)) symlinkSync(path, link);
  return link;
}

/** A file by all the names that LD_PRELOAD may have for it. */
function same(path: string): string[] {
  if (path === '') return [];
  try {
    return [path, basename(path), realpathSync(path)];
  } catch {
    return [path];
  }
}
