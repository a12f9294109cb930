import { ModuleFlag, WorldKind } from '../../ledger/enums.ts';
import type { RawEvent, RawFinding, RawPair, WorldOf } from '../collect.ts';
import type { RuntimeFunction } from '../functions.ts';
import type { Proof } from './proof.ts';
import { siteOf } from './site.ts';

type Crossing = RawFinding | RawPair;

/**
 * The Rust module on one side of a cross-free whose shims link-time optimisation dissolved. Its functions may
 * end in `jmp free`: then the return address lies in whoever called them, and the release counts as that one's.
 */
export function dissolvedSide({ birthWorld, releaseWorld }: Crossing): WorldOf | undefined {
  return [birthWorld, releaseWorld].find((world) => world && isDissolved(world));
}

function isDissolved({ record, module }: WorldOf): boolean {
  if (record.kind === WorldKind.undetermined) return true;
  return record.kind === WorldKind.rust && ((module?.flags ?? 0) & ModuleFlag.shimsPartial) !== 0;
}

/** True when the calls that count as C's were really made by the code that their return addresses lie in. */
export async function cSidesHold(
  crossing: Crossing,
  proof: Proof,
  functions: readonly RuntimeFunction[],
): Promise<boolean> {
  const { birthWorld, releaseWorld, birth, death, record } = crossing;
  const sides: [WorldOf | undefined, RawEvent | undefined, number][] = [
    [birthWorld, birth, birth?.function ?? 0],
    [releaseWorld, death, record.function],
  ];
  for (const [world, event, index] of sides) {
    if (world?.record.kind !== WorldKind.c) continue;
    const site = siteOf(event, functions[index]?.name);
    if (!site || !(await proof.callsDirectly(site, 'c'))) return false;
  }
  return true;
}
