import type { Event, ReleaseSite } from '../../model/index.ts';
import { minimise, type Oracle } from './minimise.ts';
import type { Trials } from './trials.ts';

/** More releases of the same birth are not tried for each guilty one. */
const OF_SAME_BIRTH = 3;
/** Nor more ways to heal that have nothing to do with it. */
const OTHER_WAYS = 2;

/**
 * Sites that heal as well when they are skipped instead of a guilty one, by its id. A block that is released twice can
 * be forgotten at either place: tried are sites that release blocks of the same birth. And where the ledger proves
 * nothing, leaving it out may only keep memory from being used again: tried is whether all of `sites` but it are enough,
 * and which of them. `isEnough` says undefined when nothing more can be tried.
 */
export async function findAlternatives(
  guilty: readonly string[],
  sites: readonly string[],
  trials: Trials,
  isEnough: Oracle<string>,
): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (const id of guilty) {
    const code = trials.findings.get(id)?.code;
    if (code !== undefined && code !== 'CF002') continue;
    const others = guilty.filter((one) => one !== id);
    const instead: Oracle<string> = (tried) => isEnough([...others, ...tried]);
    const same = await ofSameBirth(id, guilty, trials.sites, instead);
    const ways = code === undefined ? await otherWays(sites, [...guilty, ...same], instead) : [];
    if (same.length + ways.length > 0) found.set(id, [...same, ...ways]);
  }
  return found;
}

async function ofSameBirth(
  id: string,
  guilty: readonly string[],
  sites: ReadonlyMap<string, ReleaseSite>,
  isEnough: Oracle<string>,
): Promise<string[]> {
  const found: string[] = [];
  for (const candidate of bornTogether(id, guilty, sites).slice(0, OF_SAME_BIRTH)) {
    const enough = await isEnough([candidate]);
    if (enough === undefined) break;
    if (enough) found.push(candidate);
  }
  return found;
}

async function otherWays(
  sites: readonly string[],
  known: readonly string[],
  isEnough: Oracle<string>,
): Promise<string[]> {
  const found: string[] = [];
  while (found.length < OTHER_WAYS) {
    const rest = sites.filter((site) => !known.includes(site) && !found.includes(site));
    if (rest.length === 0 || !(await isEnough(rest))) break;
    const { needed, minimal } = await minimise(rest, isEnough);
    if (!minimal || needed.length !== 1) break;
    found.push(...needed);
  }
  return found;
}

/** The rarest first: what releases everything says little of one block. */
function bornTogether(
  id: string,
  guilty: readonly string[],
  sites: ReadonlyMap<string, ReleaseSite>,
): string[] {
  const born = new Set(sites.get(id)?.births.map(placeOf));
  born.delete('');
  return [...sites.values()]
    .filter((site) => !guilty.includes(site.id) && site.births.some((birth) => born.has(placeOf(birth))))
    .sort((a, b) => a.count - b.count || (a.id < b.id ? -1 : 1))
    .map((site) => site.id);
}

/** Where it is: without folders, of which each run may have its own, and with inlined frames as one. */
function placeOf({ stack }: Event): string {
  const frames = stack.map(
    ({ module = '', offset }) => `${module.slice(module.lastIndexOf('/') + 1)}+${offset}`,
  );
  return frames.filter((frame, index) => frame !== frames[index - 1]).join('\n');
}
