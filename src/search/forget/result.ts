import type {
  Conclusion,
  Event,
  Finding,
  ForgetResult,
  GuiltyRelease,
  NamedSite,
  ReleasedBirth,
  ReleaseSite,
  Run,
} from '../../model/index.ts';
import { confidenceOf, type Tally } from './confidence.ts';
import { endingsOf, endingWord, type Judgement, judgementOf } from './endings.ts';
import type { Trials } from './trials.ts';

/** What a search has come to. */
export interface Verdicts {
  conclusion: Conclusion;
  reason: string;
  /** Ids of sites. */
  guilty: readonly string[];
  minimal: boolean;
  alternatives: ReadonlyMap<string, readonly string[]>;
}

export function resultOf(
  { command, seed }: { command: string[]; seed: number },
  trials: Trials,
  verdicts: Verdicts,
  { complete, mostRuns }: { complete: boolean; mostRuns: number },
): ForgetResult {
  const runs = trials.of([]);
  const judge = judgementOf(runs);
  const untouched = endingsOf(runs);
  const shown = endingsOf(runs.filter((run) => judge(run) === 'bad'))[0] ?? untouched[0];
  const guilty = verdicts.conclusion === 'guilty' ? verdicts.guilty : [];
  const withoutGuilty = guilty.length > 0 ? endingsOf(trials.of(guilty)) : [];
  const healed = withoutGuilty[0];
  const which = guilty.length === 1 ? 'this release' : `these ${guilty.length} releases`;
  const heals =
    healed && shown && `Without ${which} it ends with ${endingWord(healed)} instead of ${endingWord(shown)}.`;
  return {
    schema: 'crossfree/forget@1',
    command,
    arrangement: runs[0]?.arrangement ?? {},
    outcome: shown?.outcome ?? { kind: 'unrecorded' },
    verdict: shown?.verdict ?? 'unobservable',
    conclusion: verdicts.conclusion,
    reason: [heals, verdicts.reason].filter((text) => text).join(' '),
    guilty: guilty.map((id) => guiltyOf(id, trials, verdicts, judge)),
    minimal: verdicts.minimal && guilty.length > 0,
    untouched,
    withoutReleases: endingsOf(trials.of('all')),
    withoutGuilty,
    sites: trials.sites.size,
    runs: trials.runs,
    mostRuns,
    seed,
    gaps: runs[0]?.observed.gaps ?? [],
    complete,
  };
}

function guiltyOf(id: string, trials: Trials, verdicts: Verdicts, judge: Judgement): GuiltyRelease {
  const { guilty, minimal } = verdicts;
  const alternatives = verdicts.alternatives.get(id) ?? [];
  const site = trials.sites.get(id);
  const finding = trials.findings.get(id);
  // of a pointer into a block the ledger knows the block, and the site does not
  const birth = site?.births[0] ?? (finding?.birth && { ...finding.birth, ...bornAs(finding) });
  const sure = confidenceOf(tallyWithout(id, alternatives, guilty, trials, judge), trials.of(guilty).length);
  return {
    site: named(id, site),
    ...(birth && { birth }),
    ...(finding && { finding }),
    // of a set that was not narrowed down any one may be to blame
    confidence: round(minimal ? sure : sure / guilty.length),
    alternatives: alternatives.map((other) => named(other, trials.sites.get(other))),
  };
}

function bornAs({ worlds, block, count }: Finding): Omit<ReleasedBirth, keyof Event> {
  return {
    ...(worlds.allocated !== undefined && { world: worlds.allocated }),
    ...(block.size !== undefined && { size: block.size }),
    count,
  };
}

function named(id: string, site: ReleaseSite | undefined): NamedSite {
  const { via = '', world = 'any', count = 0 } = site ?? {};
  return { thread: 0, stack: [], ...site?.death, id, via, world, count };
}

/** The runs in which all guilty ones were skipped but one and its alternatives; others beside them may have been. */
function tallyWithout(
  id: string,
  alternatives: readonly string[],
  guilty: readonly string[],
  trials: Trials,
  judge: Judgement,
): Tally {
  const others = guilty.filter((one) => one !== id);
  const runs = trials.tried().flatMap(({ skipped, runs: made }): readonly Run[] => {
    if (skipped === 'all' || [id, ...alternatives].some((one) => skipped.includes(one))) return [];
    return others.every((other) => skipped.includes(other)) ? made : [];
  });
  return { bad: runs.filter((run) => judge(run) === 'bad').length, runs: runs.length };
}

function round(value: number): number {
  return Math.floor(value * 1000) / 1000;
}
