import { keyOf } from '../../evidence/address.ts';
import { callAddress } from '../../evidence/frames.ts';
import type { Symbolizer } from '../../evidence/symbolizer.ts';
import { FindingCodeNumber, WorldKind } from '../../ledger/enums.ts';
import type { World } from '../../model/index.ts';
import { optional, type RawEvent, type RawFinding, type RawPair, type WorldOf } from '../collect.ts';
import type { SiteReport } from '../coverage.ts';
import type { Draft } from '../draft.ts';
import type { RuntimeFunction } from '../functions.ts';
import type { WorldNames } from '../world-names.ts';
import { cSidesHold, dissolvedSide } from './c-sides.ts';
import { isRustAllocation } from './classify.ts';
import { Proof } from './proof.ts';
import { type Site, siteKey, siteOf } from './site.ts';
import { SiteCache } from './site-cache.ts';
import { type Told, tellSites } from './tell-sites.ts';

export interface PairTools {
  symbolizer: Symbolizer;
  functions: readonly RuntimeFunction[];
  names: WorldNames;
  /** Which allocator serves a world; undefined where it is not known. */
  allocatorOf: (world: World) => string | undefined;
  cache?: SiteCache;
}

/** One side of a pair: its world is known from the start, or is told by its call site. */
interface Side {
  world: WorldOf;
  event?: RawEvent;
  /** Only where the world is undetermined. */
  site?: Site;
}

export interface JudgedSites {
  drafts: Draft[];
  /** The runtime's findings that hold. */
  findings: RawFinding[];
  sites: SiteReport;
}

/**
 * Judges what happened between modules whose Rust shims link-time optimisation dissolved and the rest: blocks of
 * which one side is told by its call site, and findings of the runtime that take a call for C's.
 */
export async function judgeSites(
  findings: readonly RawFinding[],
  pairs: readonly RawPair[],
  tools: PairTools,
): Promise<JudgedSites> {
  const proof = new Proof(tools.symbolizer);
  try {
    const judged = await judgePairs(pairs, tools, proof);
    const kept: RawFinding[] = [];
    for (const finding of findings) {
      const dissolved = finding.record.code === FindingCodeNumber.crossFree && dissolvedSide(finding);
      if (!dissolved || (await cSidesHold(finding, proof, tools.functions))) kept.push(finding);
      else countUnknown(judged.sites, dissolved.module?.path, tools.symbolizer, dissolved.module?.buildId);
    }
    return { ...judged, findings: kept };
  } finally {
    proof.close();
  }
}

function countUnknown(
  { undetermined, withDebugInfo }: SiteReport,
  path: string | undefined,
  symbolizer: Symbolizer,
  buildId = '',
): void {
  if (path === undefined) return;
  undetermined[path] = (undetermined[path] ?? 0) + 1;
  if (symbolizer.file({ path, buildId }).debugInfo) withDebugInfo.add(path);
}

/**
 * Judges blocks that were born or released at call sites of modules whose Rust shims link-time optimisation
 * dissolved. Only where both sides are known, proven and differ is it a finding; every site that stays unknown
 * matches anything and is counted.
 */
async function judgePairs(
  pairs: readonly RawPair[],
  tools: PairTools,
  proof: Proof,
): Promise<{ drafts: Draft[]; sites: SiteReport }> {
  const all = pairs.map((pair) => ({
    pair,
    birth: birthSide(pair, tools),
    release: releaseSide(pair, tools),
  }));
  const sites = new Map<string, Site>();
  for (const { birth, release } of all) {
    for (const site of [birth?.site, release?.site]) if (site) sites.set(siteKey(site), site);
  }
  const told = await tellSites(sites.values(), tools.symbolizer, tools.cache ?? new SiteCache());
  const drafts: Draft[] = [];
  for (const { pair, birth, release } of all) {
    if (!birth || !release) continue;
    const allocated = worldOfSide(birth, told, tools.names);
    const released = worldOfSide(release, told, tools.names);
    if (allocated === undefined || released === undefined || allocated === released) continue;
    const holds = await cSidesHold(pair, proof, tools.functions);
    const doubted = await doubtful(pair, birth, release, told, proof, tools.symbolizer);
    for (const site of doubted) told.set(siteKey(site), 'unknown');
    if (holds && doubted.length === 0) drafts.push(draftOf(pair, allocated, released, tools));
  }
  return { drafts, sites: report(sites, told, tools.symbolizer) };
}

function birthSide({ birthWorld, birth }: RawPair, { functions }: PairTools): Side | undefined {
  if (!birthWorld) return undefined;
  return side(birthWorld, birth, functions[birth?.function ?? 0]?.name);
}

function releaseSide({ releaseWorld, death, record }: RawPair, { functions }: PairTools): Side | undefined {
  if (!releaseWorld) return undefined;
  return side(releaseWorld, death, functions[record.function]?.name);
}

function side(world: WorldOf, event: RawEvent | undefined, functionName: string | undefined): Side {
  const undetermined = world.record.kind === WorldKind.undetermined;
  const site = undetermined ? siteOf(event, functionName) : undefined;
  return { world, ...optional('event', event), ...optional('site', site) };
}

/** Undefined: not known, so it matches anything. */
function worldOfSide({ world, site }: Side, told: Map<string, Told>, names: WorldNames): World | undefined {
  if (world.record.kind === WorldKind.any) return undefined;
  if (world.record.kind !== WorldKind.undetermined) return names.name(world);
  const class_ = site && told.get(siteKey(site));
  if (class_ === 'rust') return names.rust(world.module);
  return class_ === 'c' ? 'c' : undefined;
}

/** The sites of a mismatched pair that what was told of them does not hold for; empty when all is proven. */
async function doubtful(
  pair: RawPair,
  birth: Side,
  release: Side,
  told: Map<string, Told>,
  proof: Proof,
  symbolizer: Symbolizer,
): Promise<Site[]> {
  const open = [birth, release].filter((one) => one.site);
  if (await nestedInRust(pair, birth, release, symbolizer)) return open.flatMap(({ site }) => site ?? []);
  const together = inOneFunction(pair, birth, release, proof);
  const doubted: Site[] = [];
  for (const { site } of open) {
    if (!site) continue;
    const direct = await proof.callsDirectly(site, told.get(siteKey(site)) ?? 'unknown');
    if (!direct || !(together || (await proof.isDistinct(site)))) doubted.push(site);
  }
  return doubted;
}

/**
 * Both calls are made by the same function, so if it has a double, that one mixes the worlds as well. A call whose
 * world is certain may be made further down: what the function calls is the same in all of its doubles.
 */
function inOneFunction({ record }: RawPair, birth: Side, release: Side, proof: Proof): boolean {
  const exact = record.birth_exact !== 0;
  const births = new Set(bodiesOf(birth, exact, proof));
  return bodiesOf(release, true, proof).some((body) => births.has(body));
}

/** The functions that make the call; `exact`: the stack is that of this very block. */
function bodiesOf({ site, event }: Side, exact: boolean, proof: Proof): string[] {
  const addresses = site
    ? [site.address]
    : exact
      ? (event?.frames ?? []).flatMap((frame) => callAddress(frame) ?? [])
      : [];
  return addresses.flatMap((address) => {
    const body = proof.bodyOf(address);
    return body ? [`${body.start} ${address.path}`] : [];
  });
}

/**
 * Somewhere up the stack a Rust allocation is under way: the call is its own business, and what C function it
 * goes through says nothing.
 */
async function nestedInRust(
  { record }: RawPair,
  birth: Side,
  release: Side,
  symbolizer: Symbolizer,
): Promise<boolean> {
  const outer = [birth, release].flatMap((one) => one.event?.frames.slice(1) ?? []);
  const addresses = outer.flatMap((frame) => callAddress(frame) ?? []);
  const symbols = await symbolizer.lookUp(addresses);
  const nested = addresses.some((address) =>
    symbols.get(keyOf(address))?.some((frame) => isRustAllocation(frame.function)),
  );
  // The stack of another block of that place: this one's callers may have been others.
  return nested || (record.birth_exact === 0 && birth.event?.truncated === true);
}

function draftOf(pair: RawPair, allocated: World, released: World, tools: PairTools): Draft {
  const { record, birth, death } = pair;
  const [first, second] = [tools.allocatorOf(allocated), tools.allocatorOf(released)];
  return {
    code: 'CF001',
    pid: pair.pid,
    order: pair.order,
    count: Math.max(1, record.count),
    worlds: { allocated, released },
    block: { address: `0x${record.block.toString(16)}`, ...optional('size', record.size) },
    ...(birth && { birth: { ...birth, probable: record.birth_exact === 0 } }),
    ...optional('death', death),
    records: [],
    detail: {
      act: 'performed',
      ...(first !== undefined && second !== undefined && { sameAllocator: first === second }),
    },
  };
}

function report(sites: Map<string, Site>, told: Map<string, Told>, symbolizer: Symbolizer): SiteReport {
  const undetermined: Record<string, number> = {};
  const withDebugInfo = new Set<string>();
  for (const [key, { address }] of sites) {
    if (symbolizer.file(address).debugInfo) withDebugInfo.add(address.path);
    if ((told.get(key) ?? 'unknown') === 'unknown')
      undetermined[address.path] = (undetermined[address.path] ?? 0) + 1;
  }
  return { undetermined, withDebugInfo };
}
