import { keyOf } from '../../evidence/address.ts';
import type { Symbolizer } from '../../evidence/symbolizer.ts';
import { classify, type SiteClass } from './classify.ts';
import { type Site, siteKey } from './site.ts';
import type { SiteCache } from './site-cache.ts';
import { SourceText } from './source-text.ts';

export type Told = 'rust' | 'c' | 'unknown';

/**
 * Tells for each site by debug info whether its call is Rust's or C's. Sites in modules without debug info are
 * unknown, and cost nothing. What is told here is not yet proof: see `Proof`.
 */
export async function tellSites(
  sites: Iterable<Site>,
  symbolizer: Symbolizer,
  cache: SiteCache,
): Promise<Map<string, Told>> {
  const byKey = new Map([...sites].map((site) => [siteKey(site), site]));
  const classes = new Map<string, SiteClass>();
  const open: Site[] = [];
  for (const [key, site] of byKey) {
    const known = symbolizer.file(site.address).debugInfo
      ? cache.get(site.address)
      : { kind: 'unknown' as const };
    if (known) classes.set(key, known);
    else open.push(site);
  }
  if (open.length > 0) {
    const symbols = await symbolizer.lookUp(open.map((site) => site.address));
    for (const site of open) {
      const told = classify(symbols.get(keyOf(site.address)) ?? []);
      classes.set(siteKey(site), told);
      if (symbolizer.precise) cache.set(site.address, told);
    }
    cache.save();
  }
  const source = new SourceText();
  return new Map([...byKey].map(([key, site]) => [key, settle(site, classes.get(key), source)]));
}

function settle(site: Site, told: SiteClass | undefined, source: SourceText): Told {
  if (told?.kind !== 'source') return told?.kind ?? 'unknown';
  const { file, line, column } = told.frame;
  if (file === undefined || line === undefined || column === undefined) return 'unknown';
  return source.callsAt(file, line, column, site.function, site.address.path) ? 'c' : 'unknown';
}
