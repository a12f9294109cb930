import { KnownAllocator, WorldKind } from '../ledger/enums.ts';
import type { Allocator, Arrangement } from '../model/index.ts';
import type { Collected, RawProvider } from './collect.ts';
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
  return arrangement;
}

function allocatorOf({ record, module }: RawProvider): Allocator {
  return ALLOCATORS[record.allocator] ?? (module ? fileName(module.path) : 'unknown');
}
