import type { Event, ReleaseSite } from '../../model/index.ts';
import type { Trials } from './trials.ts';

/** More releases of the same birth are not tried for each guilty one. */
const MOST = 3;

/**
 * Sites that heal as well when they are skipped instead of a guilty one, by its id: a block that is released twice
 * can be forgotten at either place. Tried are sites that release blocks of the same birth, where the ledger proves no
 * other fault than that. `isEnough` says undefined when nothing more can be tried.
 */
export async function findAlternatives(
  guilty: readonly string[],
  trials: Trials,
  isEnough: (sites: readonly string[]) => Promise<boolean | undefined>,
): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (const id of guilty) {
    const code = trials.findings.get(id)?.code;
    if (code !== undefined && code !== 'CF002') continue;
    const others = guilty.filter((one) => one !== id);
    for (const candidate of ofSameBirth(id, guilty, trials.sites).slice(0, MOST)) {
      const enough = await isEnough([...others, candidate]);
      if (enough === undefined) return found;
      if (enough) found.set(id, [...(found.get(id) ?? []), candidate]);
    }
  }
  return found;
}

/** The rarest first: what releases everything says little of one block. */
function ofSameBirth(
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
