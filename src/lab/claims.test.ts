import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from '../plan/installation.ts';
import { CATALOGUE } from './catalogue.ts';
import type { ClaimValue } from './experiment.ts';

/** The list of published claims, kept apart from the experiments that test them. */
const LISTED = readFileSync(join(packageRoot(), 'docs/claims.md'), 'utf8')
  .split('\n')
  .flatMap((line) => /^\| `([\w-]+\/[\w-]+)` \| ([A-E]) \| (.+) \|$/.exec(line) ?? [])
  .flatMap((_, at, all) =>
    at % 4 === 1 ? [{ id: all[at] ?? '', source: all[at + 1] ?? '', claimed: all[at + 2] ?? '' }] : [],
  );

const inWords = (claimed: ClaimValue) =>
  Array.isArray(claimed) ? claimed.map(String).join('; ') : `${claimed}`;

it('the laboratory tests every published claim, in the published words and figures, and no other', () => {
  const tested = CATALOGUE.flatMap(({ id, claims }) =>
    claims.map((claim) => ({
      id: `${id}/${claim.id}`,
      source: claim.source,
      claimed: inWords(claim.claimed),
    })),
  ).filter(({ source }) => source !== 'crossfree');
  const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
  expect(LISTED.length).toBeGreaterThan(80);
  expect(tested.sort(byId)).toEqual([...LISTED].sort(byId));
});

it('every experiment tests something', () => {
  expect(CATALOGUE.filter(({ claims }) => claims.length === 0).map(({ id }) => id)).toEqual([]);
});
