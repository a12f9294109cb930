import type { Ending, Outcome, Run } from '../../model/index.ts';
import { outcomeWord } from '../matrix/result.ts';

/** How a run went: `unclear` where it ended for a reason that lies with us. */
export type Going = 'well' | 'bad' | 'unclear';

/** Tells good runs from bad ones. */
export type Judgement = (run: Run) => Going;

/** Ended by a fault or by damage that is proven; an exit status alone is neither. */
function harmed({ verdict, outcome, processes }: Run): boolean {
  if (['silent', 'crashed', 'caught', 'hung', 'killed'].includes(verdict)) return true;
  return outcome.kind !== 'exit' || faultOfChild({ processes }) !== undefined;
}

function faultOfChild({ processes }: Pick<Run, 'processes'>): Outcome | undefined {
  return processes.slice(1).find((process) => process.outcome.kind === 'signal')?.outcome;
}

function unclear({ verdict, outcome }: Run): boolean {
  return verdict === 'unobservable' || (outcome.kind === 'signal' && outcome.exceeded !== undefined);
}

function exitCode({ outcome }: Run): number | undefined {
  return outcome.kind === 'exit' ? outcome.code : undefined;
}

/**
 * What is bad follows from the program as it is: where some run comes to harm, that is; where none does, an exit
 * status other than 0.
 */
export function judgementOf(untouched: readonly Run[]): Judgement {
  const harm = untouched.some((run) => !unclear(run) && harmed(run));
  return (run) => {
    if (unclear(run)) return 'unclear';
    if (harmed(run)) return 'bad';
    return harm || exitCode(run) === 0 ? 'well' : 'bad';
  };
}

/**
 * The same, once it is known how the program ends when nothing is released: to end well is to end as it does then,
 * or with status 0.
 */
export function asWithoutReleases(judge: Judgement, withoutReleases: readonly Run[]): Judgement {
  const usual = new Set([0, ...withoutReleases.filter((run) => judge(run) === 'well').map(exitCode)]);
  return (run) => {
    const going = judge(run);
    return going === 'well' && !usual.has(exitCode(run)) ? 'bad' : going;
  };
}

/**
 * Where it goes wrong without releases too, but always in one way, and in none in which it does by itself, a release may
 * still be to blame for the first. Well is then what ends as without releases. Undefined where that cannot be said; not
 * of damage that is there in any case, which may show in many ways.
 */
export function asBadWithoutReleases(
  judge: Judgement,
  untouched: readonly Run[],
  withoutReleases: readonly Run[],
): Judgement | undefined {
  const [way, ...others] = new Set(withoutReleases.map(keyOf));
  const damaged = withoutReleases.some(({ verdict }) => verdict === 'silent');
  if (way === undefined || others.length > 0 || damaged || untouched.some((run) => keyOf(run) === way))
    return undefined;
  return (run) =>
    judge(run) === 'bad' && keyOf(run) === way ? 'well' : judge(run) === 'well' ? 'bad' : judge(run);
}

function keyOf(run: Run): string {
  const child = faultOfChild(run);
  return `${run.verdict} ${outcomeWord(run)} ${child && outcomeWord({ outcome: child })}`;
}

/** How runs ended, the most frequent first. */
export function endingsOf(runs: readonly Run[]): Ending[] {
  const endings = new Map<string, Ending>();
  for (const run of runs) {
    const child = faultOfChild(run);
    const key = keyOf(run);
    const known = endings.get(key);
    if (known) known.runs++;
    else endings.set(key, { verdict: run.verdict, outcome: run.outcome, ...(child && { child }), runs: 1 });
  }
  return [...endings.values()].sort((a, b) => b.runs - a.runs);
}

/** `SIGABRT`, `exit 0, silent`, `exit 0, SIGSEGV in a child`. */
export function endingWord({ verdict, outcome, child }: Omit<Ending, 'runs'>): string {
  const word = outcomeWord({ outcome });
  if (child) return `${word}, ${outcomeWord({ outcome: child })} in a child`;
  return outcome.kind === 'exit' && verdict !== 'clean' ? `${word}, ${verdict}` : word;
}
