import type { Arrangement, Finding, ReleaseSite, Run } from '../../model/index.ts';
import type { RunTrial } from '../trial.ts';
import type { Going, Judgement } from './endings.ts';

/** Sites of which nothing is released: by id, or all. */
export type Skipped = readonly string[] | 'all';

/** No more runs may be made. */
export class Spent extends Error {}

/** Somebody asked to stop. */
export class Interrupted extends Error {}

export interface Surroundings {
  run: RunTrial;
  arrangement?: Arrangement;
  mostRuns: number;
  jobs: number;
  stopped: () => boolean;
  progress: (text: string) => void;
}

/** So many sites get the names of their functions: to name costs more than to run. */
const NAMED = 8;

/** What was tried, each set of skipped sites with its runs, and what was seen by it. */
export class Trials {
  readonly #around: Surroundings;
  readonly #tried = new Map<string, { skipped: Skipped; runs: Run[]; sites: Set<string> }>();
  /** Every release site seen so far, by id. */
  readonly sites = new Map<string, ReleaseSite>();
  /** What the ledgers proved, by release site. */
  readonly findings = new Map<string, Finding>();
  #runs = 0;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  get runs(): number {
    return this.#runs;
  }

  get left(): number {
    return this.#around.mostRuns - this.#runs;
  }

  /** The runs without these so far. */
  of(skipped: Skipped): readonly Run[] {
    return this.#tried.get(keyOf(skipped))?.runs ?? [];
  }

  /** The sites that were seen in them. */
  sitesOf(skipped: Skipped): string[] {
    return [...(this.#tried.get(keyOf(skipped))?.sites ?? [])];
  }

  tried(): readonly { skipped: Skipped; runs: readonly Run[] }[] {
    return [...this.#tried.values()];
  }

  /** Makes runs until there are `count`, or one for which `enough` holds. Throws Spent and Interrupted. */
  async make(
    skipped: Skipped,
    count: number,
    enough: (run: Run) => boolean = () => false,
  ): Promise<readonly Run[]> {
    const key = keyOf(skipped);
    const entry = this.#tried.get(key) ?? { skipped, runs: [], sites: new Set() };
    this.#tried.set(key, entry);
    while (entry.runs.length < count && !entry.runs.some(enough)) {
      if (this.left <= 0) throw new Spent();
      // the first alone: most often it says already what the others would
      const together = entry.runs.length === 0 ? 1 : this.#around.jobs;
      const missing = Math.min(count - entry.runs.length, this.left, together);
      const made = await Promise.all(Array.from({ length: missing }, () => this.#once(skipped, entry.sites)));
      entry.runs.push(...made);
    }
    return entry.runs;
  }

  /** `well` when `count` runs go well, else how the first one went that does not. */
  async test(skipped: Skipped, count: number, judge: Judgement): Promise<Going> {
    const runs = await this.make(skipped, count, (run) => judge(run) !== 'well');
    return runs.map(judge).find((going) => going !== 'well') ?? 'well';
  }

  async #once(skipped: Skipped, sites: Set<string>): Promise<Run> {
    const { run, arrangement, mostRuns, stopped, progress } = this.#around;
    if (stopped()) throw new Interrupted();
    this.#runs++;
    progress(`run ${this.#runs} of at most ${mostRuns}: ${described(skipped)}`);
    let result: Run;
    try {
      ({ run: result } = await run({
        ...(arrangement && { arrangement }),
        recordReleases: true,
        inspectHeap: 'always',
        ...(skipped.length > 0 && { skipReleases: skipped }),
        ...(skipped !== 'all' && skipped.length <= NAMED && { nameReleases: skipped }),
      }));
    } catch (error) {
      if (stopped()) throw new Interrupted();
      throw error;
    }
    for (const site of result.releaseSites ?? []) {
      sites.add(site.id);
      const known = this.sites.get(site.id);
      if (!known || (!isNamed(known) && isNamed(site))) this.sites.set(site.id, site);
    }
    for (const finding of result.findings)
      if (finding.releaseSite !== undefined && !this.findings.has(finding.releaseSite))
        this.findings.set(finding.releaseSite, finding);
    // what is kept of it is needed no more, and can be large
    delete result.releaseSites;
    return result;
  }
}

function keyOf(skipped: Skipped): string {
  return skipped === 'all' ? skipped : [...skipped].sort().join(' ');
}

function isNamed({ death }: ReleaseSite): boolean {
  return death.stack.some((frame) => frame.function !== undefined);
}

function described(skipped: Skipped): string {
  if (skipped === 'all') return 'nothing is released';
  if (skipped.length === 0) return 'the program as it is';
  return `without ${skipped.length === 1 ? 'one release' : `${skipped.length} releases`}`;
}
