import type { Run } from '../model/index.ts';
import {
  type Account,
  type Check,
  type CheckState,
  gapsOf,
  groupFindings,
  type NamedRun,
} from './account.ts';
import { printable } from './printable.ts';
import { shorten } from './stack-view.ts';
import { headline, renderRun } from './terminal.ts';

/** Longer command lines are cut where they only name something. */
const LONGEST_NAME = 120;

/** The command line in the room of a name. */
export function commandName(command: readonly string[]): string {
  return shorten(printable(command.join(' ')), LONGEST_NAME);
}

/** One run as an account. `cwd`: paths below it are shown from there. */
export function accountOfRun(run: Run, cwd: string): Account {
  const name = commandName(run.command);
  return accountOfRuns(`crossfree run ${name}`, 'crossfree run', [{ name, run }], cwd);
}

/** Several runs as one account, each of them a check of `suite`. */
export function accountOfRuns(title: string, suite: string, runs: NamedRun[], cwd: string): Account {
  return {
    title,
    checks: runs.map((named) => checkOf(suite, named, cwd)),
    groups: groupFindings(runs),
    runs,
    gaps: gapsOf(runs),
  };
}

function checkOf(suite: string, { name, run }: NamedRun, cwd: string): Check {
  return {
    suite,
    name,
    state: stateOf(run),
    verdict: run.verdict,
    summary: headline(run),
    text: renderRun(run, { colour: false, cwd }),
  };
}

/** A program that ends as it chose to, whatever its exit code, passes: what it says is its own affair. */
function stateOf({ verdict, findings }: Run): CheckState {
  if (verdict === 'unobservable') return 'skipped';
  if (findings.length > 0) return 'failed';
  if (verdict === 'clean') return 'passed';
  return verdict === 'killed' ? 'broken' : 'failed';
}
