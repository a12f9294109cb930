import type { FindingCode, ReleaseSite, Run } from '../../model/index.ts';
import { cleanRun, vecFromMalloc } from '../../report/run.fixture.ts';
import type { Trial, TrialRun } from '../trial.ts';

/** What a made-up program does in one run when these sites are skipped. */
export interface Behaviour {
  /** Sites that the run comes to, in order; default: all. */
  reached?: string[];
  /** Of these, what the ledger proves. */
  findings?: Record<string, FindingCode>;
  ends?: Partial<Pick<Run, 'outcome' | 'verdict'>>;
}

export const ABORTED = { verdict: 'caught', outcome: { kind: 'signal', signal: 'SIGABRT' } } as const;
export const CRASHED = { verdict: 'crashed', outcome: { kind: 'signal', signal: 'SIGSEGV' } } as const;

export const siteNames = (count: number) => Array.from({ length: count }, (_, index) => `site-${index}`);

/** A program of which nothing runs: `behave` says how each run goes. `trials` are the runs that were asked for. */
export function program(
  sites: readonly string[],
  behave: (skips: (site: string) => boolean, run: number) => Behaviour,
  birthOf: (site: string) => string = (site) => site,
) {
  const trials: Trial[] = [];
  const run = async (trial: Trial): Promise<TrialRun> => {
    const { skipReleases = [] } = trial;
    const skips = (site: string) => skipReleases === 'all' || skipReleases.includes(site);
    const { reached = [...sites], findings = {}, ends = {} } = behave(skips, trials.push(trial) - 1);
    const named = (site: string, call: string) => ({
      thread: 1,
      stack: [
        { module: '/app', offset: site, ...(trial.nameReleases?.includes(site) && { function: call }) },
      ],
    });
    const releaseSites = reached.map(
      (site): ReleaseSite => ({
        id: site,
        via: 'free',
        world: 'c',
        count: 1,
        bytes: 16,
        death: named(site, `release_of_${site}`),
        births: [{ ...named(birthOf(site), 'make'), world: 'c', size: 16, count: 1 }],
      }),
    );
    const told: Run = {
      ...cleanRun(),
      ...ends,
      findings: Object.entries(findings)
        .filter(([site]) => !skips(site))
        .map(([releaseSite, code]) => ({ ...vecFromMalloc(), code, releaseSite })),
      releaseSites,
    };
    const nothing = { stdout: { head: '' }, stderr: { head: '' } };
    return { run: told, printed: nothing, wallMs: 1, peak: 1, orphans: 0, addresses: 'same' };
  };
  return { run, trials };
}
