import type { ForgetResult, Run } from '../../model/index.ts';
import { findAlternatives } from './alternatives.ts';
import { rateOf, runsToTrust } from './confidence.ts';
import {
  asBadWithoutReleases,
  asWithoutReleases,
  endingsOf,
  endingWord,
  type Judgement,
  judgementOf,
} from './endings.ts';
import { minimise } from './minimise.ts';
import { resultOf, type Verdicts } from './result.ts';
import { inOrderOfSuspicion } from './suspicion.ts';
import { Interrupted, Spent, type Surroundings, Trials } from './trials.ts';

export interface ForgetPlan {
  command: string[];
  /** Runs that show how the program ends, and that a set of sites heals it. */
  repeat: number;
  seed: number;
  /** Whether what the ledger proves is tried first; else the search knows only how runs end. */
  useFindings: boolean;
}

/** A fickle program is run so often to learn how fickle it is. */
const FICKLE_RUNS = 10;
/** How likely it may be that good runs are luck: of one try in between, and of the end. */
const DOUBT = 0.05;
const FINAL_DOUBT = 0.01;
/** A run that goes further shows releases that the one before did not come to. */
const MOST_STEPS = 8;

/** Finds the releases without which the program ends well. Throws CannotStart. */
export async function forget(plan: ForgetPlan, around: Surroundings): Promise<ForgetResult> {
  const trials = new Trials(around);
  const search = new Search(plan, trials);
  let complete = true;
  try {
    await search.go();
  } catch (error) {
    if (error instanceof Interrupted) complete = false;
    else if (!(error instanceof Spent)) throw error;
    search.cutShort(
      complete ? `the ${around.mostRuns} runs were not enough (\`--runs\`)` : 'it was interrupted',
    );
  }
  return resultOf(plan, trials, search.verdicts, { complete, mostRuns: around.mostRuns });
}

class Search {
  readonly verdicts: Verdicts = {
    conclusion: 'unknown',
    reason: '',
    guilty: [],
    minimal: false,
    alternatives: new Map(),
  };
  readonly #plan: ForgetPlan;
  readonly #trials: Trials;
  #judge: Judgement = () => 'unclear';
  /** Good runs in a row that count as one good try. */
  #tests = 1;
  #confirmations: number;
  /** It goes wrong without releases too, in another way. */
  #remains = false;

  constructor(plan: ForgetPlan, trials: Trials) {
    this.#plan = plan;
    this.#trials = trials;
    this.#confirmations = plan.repeat;
  }

  async go(): Promise<void> {
    const bad = await this.#lookAtItAsItIs();
    if (!bad || !(await this.#goesWellWithoutReleases())) return;
    const enough = (await this.#suspects()) ?? (this.#remains ? undefined : await this.#everySite());
    if (!enough) return;
    const ordered = inOrderOfSuspicion(enough, this.#trials, this.#plan);
    if (!(await this.#narrowDown(ordered))) {
      this.verdicts.guilty = [];
      this.verdicts.reason =
        'How it ends changes so much from run to run that no set of releases could be shown to be enough: more of them (`--repeat`, `--runs`) may help.';
      return;
    }
    this.verdicts.conclusion = 'guilty';
    this.verdicts.reason = this.#remains
      ? 'What is left has another reason than a release: it ends so when nothing is released, too.'
      : '';
    const isEnough = (sites: readonly string[]) => this.#isEnough(sites);
    const { guilty } = this.verdicts;
    this.verdicts.alternatives = await findAlternatives(guilty, ordered, this.#trials, isEnough);
  }

  /** What there is to be said when the search ends before its time. */
  cutShort(why: string): void {
    const { verdicts } = this;
    if (verdicts.conclusion !== 'unknown') return;
    if (verdicts.guilty.length > 0) {
      verdicts.conclusion = 'guilty';
      verdicts.minimal = false;
    }
    verdicts.reason ||= `The search is not finished: ${why}.`;
  }

  async #lookAtItAsItIs(): Promise<boolean> {
    const { repeat } = this.#plan;
    let untouched = await this.#trials.make([], repeat);
    this.#judge = judgementOf(untouched);
    let bad = this.#count(untouched, 'bad');
    if (bad > 0 && bad < untouched.length) {
      untouched = await this.#trials.make([], Math.max(repeat, FICKLE_RUNS));
      this.#judge = judgementOf(untouched);
      bad = this.#count(untouched, 'bad');
      const rate = rateOf({ bad, runs: untouched.length });
      this.#tests = runsToTrust(rate, DOUBT);
      this.#confirmations = Math.max(repeat, runsToTrust(rate, FINAL_DOUBT));
    }
    if (bad > 0) return true;
    const [first] = endingsOf(untouched);
    const unclear = untouched.find((run) => this.#judge(run) === 'unclear');
    if (unclear) {
      this.verdicts.reason =
        unclear.verdict === 'unobservable'
          ? 'Nothing of the program can be observed, so no release can be left out.'
          : `Its runs were ended by our limits (${first ? endingWord(first) : ''}): \`--memory\` and \`--timeout\` raise them.`;
      return false;
    }
    this.verdicts.conclusion = 'healthy';
    this.verdicts.reason = [
      `It ended well in ${untouched.length === 1 ? 'its one run' : `each of ${untouched.length} runs`}: there is nothing to blame a release for.`,
      this.#trials.findings.size > 0
        ? 'There are wrong releases that did no harm here: `crossfree run` shows them, and `--allocator` tries them on another allocator.'
        : 'What goes wrong only now and then takes more of them (`--repeat`).',
    ].join(' ');
    return false;
  }

  async #goesWellWithoutReleases(): Promise<boolean> {
    const going = await this.#trials.test('all', this.#tests, this.#judge);
    const runs = this.#trials.of('all');
    if (going === 'bad') {
      const wrong = runs.find((run) => this.#judge(run) === 'bad');
      const proof = wrong?.corruption?.length ? ', and the damage in its heap is there all the same' : '';
      this.verdicts.conclusion = 'another-reason';
      this.verdicts.reason = `It goes wrong too when nothing is released${wrong ? ` (${endingWord(wrong)})` : ''}${proof}: it has another reason than a release.`;
      return this.#goesWrongInAnotherWay();
    }
    // where so much cannot stay live, less may
    if (going === 'well') this.#judge = asWithoutReleases(this.#judge, runs);
    return true;
  }

  /** Then what the ledger proves may be to blame for the first way; nothing else is. */
  async #goesWrongInAnotherWay(): Promise<boolean> {
    if (!this.#plan.useFindings || this.#trials.findings.size === 0) return false;
    const inAnotherWay = (runs: readonly Run[]) =>
      asBadWithoutReleases(this.#judge, this.#trials.of([]), runs);
    if (!inAnotherWay(this.#trials.of('all'))) return false;
    const judge = inAnotherWay(await this.#trials.make('all', this.#plan.repeat));
    if (!judge) return false;
    this.#judge = judge;
    this.#remains = true;
    return true;
  }

  /** The sites of the ledger's findings, when it goes well without them. */
  async #suspects(): Promise<string[] | undefined> {
    if (!this.#plan.useFindings) return undefined;
    return this.#firstEnough(() => [...this.#trials.findings.keys()]);
  }

  /** All sites that are known, when it goes well without them: first those before the harm came about. */
  async #everySite(): Promise<string[] | undefined> {
    const early = this.#trials.sitesOf([]);
    let first = true;
    const found = await this.#firstEnough(() => {
      if (!first) return [...this.#trials.sites.keys()];
      first = false;
      return early;
    });
    if (!found)
      this.verdicts.reason =
        this.#count(this.#trials.of('all'), 'well') > 0
          ? 'It goes well when nothing is released, but its releases come from other call stacks in each run: they cannot be told apart.'
          : 'It cannot do without its releases (memory or time run out), and no part of them is enough.';
    return found;
  }

  /** Each try shows more sites; the first selection that is enough. */
  async #firstEnough(select: () => string[]): Promise<string[] | undefined> {
    let size = 0;
    for (let step = 0; step < MOST_STEPS; step++) {
      const sites = select();
      if (sites.length === size) return undefined;
      size = sites.length;
      if ((await this.#trials.test(sites, this.#tests, this.#judge)) === 'well') {
        this.verdicts.guilty = sites;
        return sites;
      }
    }
    return undefined;
  }

  /** False when it turns out that they are not enough after all. */
  async #narrowDown(enough: readonly string[]): Promise<boolean> {
    const { verdicts } = this;
    for (;;) {
      const { needed, minimal } = await minimise(enough, async (sites) => {
        const well = await this.#isEnough(sites, this.#confirmations - 1);
        if (well) verdicts.guilty = sites; // the least that is known, should somebody stop us here
        return well;
      });
      Object.assign(verdicts, { guilty: needed, minimal });
      if ((await this.#trials.test(needed, this.#confirmations, this.#judge)) === 'well') break;
      // it was luck: more runs for each try
      this.#tests++;
      verdicts.guilty = enough;
      if ((await this.#trials.test(enough, this.#tests, this.#judge)) !== 'well') return false;
    }
    await this.#withoutEach();
    return true;
  }

  /** That each of several is needed is seen as often as that the program goes wrong at all. */
  async #withoutEach(): Promise<void> {
    const { guilty, minimal } = this.verdicts;
    if (guilty.length < 2 || !minimal) return;
    for (const id of guilty) {
      const others = guilty.filter((one) => one !== id);
      const { repeat } = this.#plan;
      if (this.#trials.left >= repeat - this.#trials.of(others).length)
        await this.#trials.make(others, repeat);
    }
  }

  /** Undefined when fewer than `kept` runs would be left. */
  async #isEnough(sites: readonly string[], kept = 0): Promise<boolean | undefined> {
    const known = this.#trials.of(sites);
    const missing = known.some((run) => this.#judge(run) !== 'well') ? 0 : this.#tests - known.length;
    if (missing > 0 && this.#trials.left - missing < kept) return undefined;
    return (await this.#trials.test(sites, this.#tests, this.#judge)) === 'well';
  }

  #count(runs: readonly Parameters<Judgement>[0][], going: ReturnType<Judgement>): number {
    return runs.filter((run) => this.#judge(run) === going).length;
  }
}
