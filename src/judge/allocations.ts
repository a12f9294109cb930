import type { World } from '../model/index.ts';
import { type Collected, worldOf } from './collect.ts';
import type { WorldNames } from './world-names.ts';

/** Blocks handed out in the whole run, by world. */
export function allocationsOf(collected: Collected, names: WorldNames): Record<World, number> {
  const sums: Record<World, number> = {};
  for (const { state, ledger } of collected.processes) {
    ledger.allocations.get(state.pid)?.forEach((count, id) => {
      const name = count > 0 ? names.name(worldOf(state, id)) : undefined;
      if (name !== undefined) sums[name] = (sums[name] ?? 0) + count;
    });
  }
  return sums;
}
