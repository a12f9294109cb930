import { WorldFlag, WorldKind } from '../ledger/enums.ts';
import type { ProcessState } from '../ledger/process-state.ts';
import type { ModuleRecord } from '../ledger/records.ts';
import type { World } from '../model/index.ts';
import { type WorldOf, worldOf } from './collect.ts';

/** Blocks of a module whose call sites are told apart after the run; blocks that match any world. */
export const UNDETERMINED: World = 'undetermined';
export const ANY: World = 'any';

/**
 * Names worlds: `rust` where no process has more than one Rust world, else `rust@libfoo.so`;
 * `c++@libfoo.so` for a module's own operators. Modules of one file name are told apart by their folders.
 */
export class WorldNames {
  readonly #severalRust: boolean;
  readonly #shortNames: Map<string, string>;

  constructor(processes: readonly ProcessState[]) {
    const paths = new Set<string>();
    let several = false;
    for (const process of processes) {
      const rust = new Set<string>();
      for (const record of process.worlds()) {
        const world = worldOf(process, record.id);
        if (!world?.module) continue;
        paths.add(world.module.path);
        if (record.kind === WorldKind.rust || record.kind === WorldKind.undetermined)
          rust.add(world.module.path);
      }
      if (rust.size > 1) several = true;
    }
    this.#severalRust = several;
    this.#shortNames = shortNames([...paths]);
  }

  name(world: WorldOf | undefined): World | undefined {
    if (!world) return undefined;
    switch (world.record.kind) {
      case WorldKind.c:
        return 'c';
      case WorldKind.cxx:
        return this.#private('c++', world);
      case WorldKind.cxxArray:
        return this.#private('c++[]', world);
      case WorldKind.rust:
        return this.rust(world.module);
      case WorldKind.undetermined:
        return UNDETERMINED;
      default:
        return ANY;
    }
  }

  /** The name of the Rust world that `module` defines. */
  rust(module: ModuleRecord | undefined): World {
    return this.#severalRust && module ? `rust@${this.#short(module)}` : 'rust';
  }

  #private(name: World, world: WorldOf): World {
    const own = (world.record.flags & WorldFlag.private) !== 0 && world.module;
    return own ? `${name}@${this.#short(own)}` : name;
  }

  #short(module: ModuleRecord): string {
    return this.#shortNames.get(module.path) ?? fileName(module.path);
  }
}

/** The last part of a path; a program whose path is not known has none. */
export function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1) || '?';
}

/** For each path its file name, with as many folders before it as it takes to differ from the others. */
function shortNames(paths: string[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const path of paths) {
    const parts = path.split('/');
    let length = 1;
    let name = fileName(path);
    while (
      length < parts.length &&
      paths.some((other) => other !== path && `/${other}`.endsWith(`/${name}`))
    ) {
      length++;
      name = parts.slice(-length).join('/');
    }
    names.set(path, name);
  }
  return names;
}
