import type { ReleaseSite } from '../../model/index.ts';
import { shuffledBy } from '../order.ts';
import type { Trials } from './trials.ts';

/**
 * The most suspicious sites first: those of findings, then those that release what another world, or nobody that we
 * saw, handed out. Among equals the seed decides; without the findings, only that.
 */
export function inOrderOfSuspicion(
  sites: readonly string[],
  trials: Pick<Trials, 'sites' | 'findings'>,
  { seed, useFindings }: { seed: number; useFindings: boolean },
): string[] {
  const rank = (id: string) => {
    if (!useFindings) return 0;
    if (trials.findings.has(id)) return 0;
    const site = trials.sites.get(id);
    return site && isOdd(site) ? 1 : 2;
  };
  return shuffledBy(sites, seed, (id) => id)
    .map((id) => ({ id, rank: rank(id) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ id }) => id);
}

function isOdd({ births, world }: ReleaseSite): boolean {
  return births.length === 0 || births.some((birth) => birth.world !== undefined && birth.world !== world);
}
