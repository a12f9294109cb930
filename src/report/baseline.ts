import type { Finding } from '../model/index.ts';
import type { FindingGroup } from './account.ts';
import { fingerprint } from './fingerprint.ts';

/** The fingerprints of what is known already. */
export type Baseline = ReadonlySet<string>;

export function isKnown(finding: Finding, baseline: Baseline | undefined): boolean {
  return baseline?.has(fingerprint(finding)) === true;
}

/** The groups with what the baseline says of each. */
export function markKnown(groups: readonly FindingGroup[], baseline: Baseline): FindingGroup[] {
  return groups.map((group) => ({ ...group, known: baseline.has(group.fingerprint) }));
}
