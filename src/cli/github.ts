import { appendFileSync } from 'node:fs';
import type { Run } from '../model/index.ts';
import { renderAnnotations } from '../report/github.ts';
import { renderMarkdownReport } from '../report/markdown.ts';
import { accountOfRun } from '../report/run-account.ts';
import { say } from '../report/say.ts';

/** GitHub takes no step summary over 1 MiB; a run tells so many findings in full. */
const MOST_FINDINGS = 50;

/** Where GitHub runs us: the findings as annotations on stderr, and the run in the step's summary. */
export function tellGitHub(run: Run, env: NodeJS.ProcessEnv, cwd: string): void {
  const account = accountOfRun(run, cwd);
  if (env.GITHUB_ACTIONS === 'true') say(renderAnnotations(account, env.GITHUB_WORKSPACE ?? cwd));
  if (!env.GITHUB_STEP_SUMMARY) return;
  try {
    appendFileSync(
      env.GITHUB_STEP_SUMMARY,
      `${renderMarkdownReport(account, { cwd, longest: MOST_FINDINGS })}\n`,
    );
  } catch (error) {
    say(`crossfree: the step summary could not be written: ${(error as Error).message}\n`);
  }
}
