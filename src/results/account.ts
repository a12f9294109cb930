import type { Finding, Run } from '../model/index.ts';
import { type Account, groupFindings, type NamedRun } from '../report/account.ts';
import { accountOfRun, accountOfRuns, commandName } from '../report/run-account.ts';
import { arrangementText } from '../search/matrix/cells.ts';
import type { Matrix } from '../search/matrix/result.ts';
import type { MergedRuns, Result } from './result.ts';

/** A result as what SARIF, JUnit and Markdown are made from; undefined for one that has no findings to tell. */
export function accountOf(result: Result, cwd: string): Account | undefined {
  switch (result.schema) {
    case 'crossfree/run@1':
      return accountOfRun(result, cwd);
    case 'crossfree/matrix@1':
      return accountOfMatrix(result, cwd);
    case 'crossfree/merge@1':
      return accountOfRuns('crossfree merge', 'crossfree run', result.runs, cwd);
    case 'crossfree/autopsy@1': {
      const { command = [], outcome, verdict, findings } = result;
      return named('autopsy', command, { outcome, verdict, findings }, cwd);
    }
    case 'crossfree/forget@1': {
      const { command, outcome, verdict, arrangement } = result;
      const findings = result.guilty.flatMap(({ finding }) => finding ?? []);
      return named('forget', command, { outcome, verdict, findings, arrangement }, cwd);
    }
    default:
      return undefined;
  }
}

function accountOfMatrix(matrix: Matrix, cwd: string): Account {
  const title = `crossfree matrix ${commandName(matrix.command)}`;
  return accountOfRuns(title, title, runsOfMatrix(matrix), cwd);
}

/** Every run of a matrix under a name of its own: `rust=jemalloc, run 2`. */
export function runsOfMatrix({ cells }: Matrix): NamedRun[] {
  return cells.flatMap(({ moved, runs }) =>
    runs.map((run, index) => ({ name: `${arrangementText(moved)}, run ${index + 1}`, run })),
  );
}

/** What was seen otherwise than by observing a run, in the form of one. */
function named(
  command: string,
  program: string[],
  seen: Pick<Run, 'outcome' | 'verdict' | 'findings'> & Partial<Run>,
  cwd: string,
): Account {
  const run: Run = {
    schema: 'crossfree/run@1',
    command: program,
    arrangement: {},
    coverage: 'none',
    processes: [],
    observed: { allocations: {}, gaps: [], unknownReleases: 0 },
    ...seen,
  };
  const name = program.length > 0 ? commandName(program) : command;
  return accountOfRuns(`crossfree ${command} ${name}`, `crossfree ${command}`, [{ name, run }], cwd);
}

/** Runs and merged runs as one result. */
export function mergedRuns(runs: NamedRun[]): MergedRuns {
  return { schema: 'crossfree/merge@1', runs, groups: groupFindings(runs) };
}

/** Every finding of a result. */
export function findingsOf(result: Result): Finding[] {
  const account = accountOf(result, '/');
  return account ? account.runs.flatMap(({ run }) => run.findings) : [];
}
