import { KnownAllocator, ModuleFlag, WorldFlag, WorldKind } from '../ledger/enums.ts';
import type { ProcessState } from '../ledger/process-state.ts';
import type { Allocator, Arrangement, World } from '../model/index.ts';
import { ownAllocatorOf } from '../plan/allocators.ts';
import { type Collected, type RawProvider, type WorldOf, worldOf } from './collect.ts';
import { rustAllocator } from './rust-allocator.ts';
import { fileName, type WorldNames } from './world-names.ts';

const ALLOCATORS: Record<number, Allocator> = {
  [KnownAllocator.glibc]: 'glibc',
  [KnownAllocator.jemalloc]: 'jemalloc',
  [KnownAllocator.mimalloc]: 'mimalloc',
  [KnownAllocator.tcmalloc]: 'tcmalloc',
  [KnownAllocator.scudo]: 'scudo',
};

/** Which allocator serves each world: as the first process says, then the others for worlds of their own. */
export function arrangementOf(collected: Collected, names: WorldNames, rootPid: number): Arrangement {
  const arrangement: Arrangement = {};
  const byRoot = (provider: RawProvider) => (provider.pid === rootPid ? 0 : 1);
  for (const provider of [...collected.providers].sort((a, b) => byRoot(a) - byRoot(b))) {
    const { kind } = provider.world.record;
    const name = names.name(provider.world);
    if (name === undefined || kind === WorldKind.undetermined || kind === WorldKind.any) continue;
    arrangement[name] ??= allocatorOf(provider);
  }
  return { ...arrangement, ...inferred(collected, names, rootPid, arrangement) };
}

/** Worlds that the runtime names no allocator for: they mostly rest on that of the c world. */
function inferred(collected: Collected, names: WorldNames, rootPid: number, known: Arrangement): Arrangement {
  const result: Arrangement = {};
  const resting = new Set<World>();
  for (const { record, birthWorld, releaseWorld } of collected.findings) {
    if (record.same_allocator !== 1) continue;
    for (const name of [names.name(birthWorld), names.name(releaseWorld)]) if (name) resting.add(name);
  }
  const byRoot = ({ state }: { state: ProcessState }) => (state.pid === rootPid ? 0 : 1);
  for (const { state, ledger } of [...collected.processes].sort((a, b) => byRoot(a) - byRoot(b))) {
    ledger.allocations.get(state.pid)?.forEach((count, id) => {
      const world = count > 0 ? worldOf(state, id) : undefined;
      if (!world) return;
      const { kind, flags } = world.record;
      const undetermined = kind === WorldKind.undetermined;
      // A C++ module with operators of its own has undetermined call sites too, and no Rust.
      const rust = (world.module?.flags ?? 0) & ModuleFlag.rust;
      const name = !undetermined ? names.name(world) : rust ? names.rust(world.module) : undefined;
      if (name === undefined || name in known || name in result || kind === WorldKind.any) return;
      const allocator = resting.has(name) ? known.c : allocatorBehind(world, known.c, undetermined);
      if (allocator !== undefined && ((flags & WorldFlag.private) === 0 || resting.has(name)))
        result[name] = allocator;
    });
  }
  return result;
}

function allocatorBehind(
  world: WorldOf,
  onC: Allocator | undefined,
  undetermined: boolean,
): Allocator | undefined {
  const { kind } = world.record;
  if (kind === WorldKind.cxx || kind === WorldKind.cxxArray) return onC;
  const recognised = world.module && rustAllocator(world.module, onC);
  // Calls of malloc from dissolved shims: Rust's standard allocator was compiled into them.
  return recognised ?? (undetermined ? onC : undefined);
}

function allocatorOf({ record, module }: RawProvider): Allocator {
  const known = ALLOCATORS[record.allocator] ?? (module && ownAllocatorOf(module.path));
  return known ?? (module ? fileName(module.path) : 'unknown');
}
