import { keyOf, type Symbols } from '../evidence/address.ts';
import { callAddress, namedFrames } from '../evidence/frames.ts';
import type { Symbolizer } from '../evidence/symbolizer.ts';
import type { Event, ReleasedBirth, ReleaseSite } from '../model/index.ts';
import { type Collected, optional, type RawEvent, type RawRelease, type RawReleaseBirth } from './collect.ts';
import type { Draft } from './draft.ts';
import { type RuntimeFunction, runtimeFunctions } from './functions.ts';
import { withSymbolizer } from './with-symbolizer.ts';
import { ANY, type WorldNames } from './world-names.ts';

/** Says of each finding at which of the recorded release sites it happened. */
export function tagReleaseSites(drafts: readonly Draft[], releases: readonly RawRelease[]): void {
  if (releases.length === 0) return;
  const sites = new Map(releases.map(({ record, death }) => [placeOf(record.function, death), record.site]));
  for (const draft of drafts) {
    const site = draft.death && sites.get(placeOf(draft.death.function, draft.death));
    if (site !== undefined) draft.releaseSite = idOf(site);
  }
}

/** Ids of the sites to be named, and what names them. */
export interface ReleaseTools {
  named: readonly string[];
  symbolizer?: Symbolizer | undefined;
  functions?: readonly RuntimeFunction[] | undefined;
}

/** Every release site of the run, the most frequent first; with names of functions for those in `named`. */
export async function releaseSitesOf(
  { releases, releaseBirths }: Pick<Collected, 'releases' | 'releaseBirths'>,
  names: WorldNames,
  { named, symbolizer, functions = runtimeFunctions() }: ReleaseTools,
): Promise<ReleaseSite[]> {
  const births = bySite(releaseBirths);
  const wanted = new Set(named);
  const symbols = await symbolsOf(
    releases
      .filter(({ record }) => wanted.has(idOf(record.site)))
      .flatMap(({ record, death }) => [death, ...(births.get(record.site) ?? []).map(({ birth }) => birth)]),
    symbolizer,
  );
  const teller = (known: Symbols) => (event: RawEvent | undefined) => ({
    thread: event?.thread ?? 0,
    ...optional('via', event && functions[event.function]?.shown),
    stack: namedFrames(event?.frames ?? [], known),
  });
  const withNames = teller(symbols);
  const withoutNames = teller(new Map());
  const sites = [...bySite(releases)].map(([site, same]): ReleaseSite => {
    const { record, world, death } = same[0] as RawRelease;
    const told = wanted.has(idOf(site)) ? withNames : withoutNames;
    const via = functions[record.function]?.shown ?? '';
    return {
      id: idOf(site),
      via,
      world: names.name(world) ?? ANY,
      count: sum(same.map((one) => one.record.count)),
      bytes: sum(same.map((one) => one.record.bytes)),
      ...(record.left_out !== 0 && { skipped: true }),
      death: { ...told(death), via },
      births: bornOf(births.get(site) ?? [], names, told),
    };
  });
  return sites.sort((a, b) => b.count - a.count);
}

function bornOf(
  births: readonly RawReleaseBirth[],
  names: WorldNames,
  told: (event: RawEvent | undefined) => Event,
): ReleasedBirth[] {
  return births
    .map(({ record, world, birth }) => ({
      ...told(birth),
      ...(record.birth_exact === 0 && { probable: true }),
      ...optional('world', names.name(world)),
      ...optional('size', record.size),
      count: record.count,
    }))
    .sort((a, b) => b.count - a.count);
}

async function symbolsOf(
  events: readonly (RawEvent | undefined)[],
  given: Symbolizer | undefined,
): Promise<Symbols> {
  const addresses = events
    .flatMap((event) => event?.frames ?? [])
    .flatMap((frame) => callAddress(frame) ?? []);
  if (addresses.length === 0) return new Map();
  const each = new Map(addresses.map((one) => [keyOf(one), one]));
  return withSymbolizer(given, (symbolizer) => symbolizer.lookUp(each.values()));
}

/** As the runtime tells sites apart: by the frames of a stack, each once. */
function placeOf(function_: number, death: RawEvent | undefined): string {
  const frames = (death?.frames ?? []).map(({ address, module }) =>
    module ? `${module.path}+${address - module.base}` : '',
  );
  return [function_, ...new Set(frames)].join('\n');
}

function bySite<T extends RawRelease | RawReleaseBirth>(records: readonly T[]): Map<bigint, T[]> {
  const groups = new Map<bigint, T[]>();
  for (const one of records) {
    const group = groups.get(one.record.site);
    if (group) group.push(one);
    else groups.set(one.record.site, [one]);
  }
  return groups;
}

function idOf(site: bigint): string {
  return site.toString(16).padStart(16, '0');
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
