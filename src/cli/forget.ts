import { closeSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import type { ForgetResult } from '../model/index.ts';
import { counted } from '../report/words.ts';
import { fail, UsageError } from './failure.ts';
import { parseCount, parseExitStatus } from './values.ts';
import { type WorkshopOptions, withWorkshopOptions, workshopOf } from './workshop-options.ts';

interface Options extends WorkshopOptions {
  allocator?: string[];
  runs: number;
  repeat: number;
  seed: number;
  blind?: true;
  out?: string;
  json?: string;
  html?: string;
  errorExitcode: number;
  verbose?: true;
}

const HELP = `
Finds the releases that are to blame when a program crashes, or ends with damage that is proven: the smallest
set of call stacks that release memory, without which it goes well. What such a place releases then stays
live, as Rust’s mem::forget leaves it.

The program runs many times, at most --runs; each run is a process of its own without terminal. For a program
with side effects there are --cwd-copy, --stdin and --reset.

Exit status:
  0    it ends well
  99   it does not: the report says which releases are to blame, or that none is (--error-exitcode)
  125  crossfree itself failed     126, 127   the program cannot be started, is not there
  130  interrupted: what is known is shown
  2    the command line cannot be meant

Examples:
  crossfree forget -- ./app input.txt
  crossfree forget --allocator rust=jemalloc -- ./app       what is harmless on glibc
  crossfree forget --repeat 10 --runs 200 -- ./app          it crashes now and then`;

/** Enough to see that an ending is none by chance. */
const REPEAT = 3;
const RUNS = 40;
const RESULT = 'forget.json';

export function forgetCommand(): Command {
  const count = (option: string) => (text: string) => parseCount(option, text);
  const command = new Command('forget')
    .description('find the release that is to blame for a crash, by leaving releases out')
    .usage('[options] -- PROGRAM [ARGS…]')
    .argument('[program...]')
    .passThroughOptions()
    .option(
      '--allocator <world=allocator>',
      'put a world on another allocator, e.g. rust=jemalloc; again for more of them',
      (text, before: string[] = []) => [...before, text],
    )
    .option('--runs <n>', 'run the program no more often than that', count('--runs'), RUNS)
    .option('--repeat <n>', 'runs that show how it ends, and that it is healed', count('--repeat'), REPEAT)
    .option('--seed <n>', 'the order in which sites are tried', count('--seed'), 1)
    .option('--blind', 'do not begin with the findings: only how runs end counts');
  return withWorkshopOptions(command)
    .option('--out <dir>', `keep the result there: ${RESULT}`)
    .option('--json <file>', 'write the result as one JSON object')
    .option('--html <file>', 'write the result as one page for a browser')
    .option(
      '--error-exitcode <status>',
      'exit status when it does not end well',
      (text) => parseExitStatus('--error-exitcode', text),
      99,
    )
    .option('--verbose', 'whole call stacks in the report')
    .addHelpText('after', HELP)
    .action(forget);
}

async function forget(command: string[], options: Options): Promise<void> {
  if (command.length === 0)
    throw new UsageError('`forget` expects a program, as in `crossfree forget -- ./app`, but got none');
  const [{ ForgetSearch }, { CannotStart }, { progressLine }, { say }, { readArrangement }] =
    await Promise.all([
      import('../search/forget/make.ts'),
      import('../inspect/resolve.ts'),
      import('./progress.ts'),
      import('../report/say.ts'),
      import('./arrangement-option.ts'),
    ]);
  const workshop = workshopOf(options);
  const arrangement = await readArrangement(options.allocator ?? []);
  const files = await openFiles(options);
  const { openFile } = await import('./output.ts');
  const page = options.html === undefined ? undefined : openFile('--html', options.html);
  const search = new ForgetSearch({
    command,
    cwd: process.cwd(),
    env: process.env,
    ...workshop,
    mostRuns: options.runs,
    repeat: options.repeat,
    seed: options.seed,
    useFindings: options.blind !== true,
    ...(arrangement && { arrangement }),
  });
  const progress = progressLine();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => search.stop());
  process.once('exit', () => search.stop());
  try {
    say(`crossfree forget: the program runs up to ${counted(options.runs, 'time')}\n`);
    const result = await search.make({ progress: progress.step });
    progress.clear();
    await show(result, options);
    for (const file of files) writeFileSync(file, `${JSON.stringify(result, undefined, 2)}\n`);
    if (page !== undefined) {
      const { writePage } = await import('./page.ts');
      writePage(page, result, 'modules');
    }
    process.exitCode = result.conclusion === 'healthy' ? 0 : options.errorExitcode;
    if (search.stopped) interrupted();
  } catch (error) {
    progress.clear();
    if (search.stopped) interrupted();
    else if (error instanceof CannotStart) fail(error, error.status);
    else throw error;
  } finally {
    for (const file of page === undefined ? files : [...files, page]) closeSync(file);
  }

  function interrupted(): void {
    say('crossfree forget: interrupted\n');
    process.exitCode = 130;
  }
}

/** Opened before anything runs, so that a bad path is known at once. */
async function openFiles({ json, out }: Options): Promise<number[]> {
  const { openFile } = await import('./output.ts');
  const files = json === undefined ? [] : [openFile('--json', json)];
  if (out === undefined) return files;
  try {
    mkdirSync(resolve(out), { recursive: true });
  } catch (error) {
    throw new UsageError(`\`--out\` expects a folder, but got \`${out}\`: ${(error as Error).message}`);
  }
  return [...files, openFile('--out', join(resolve(out), RESULT))];
}

async function show(result: ForgetResult, options: Options): Promise<void> {
  const [{ renderForget }, { wantsColour }, { say }] = await Promise.all([
    import('../report/forget.ts'),
    import('../report/colour.ts'),
    import('../report/say.ts'),
  ]);
  const view = { colour: wantsColour(process.env, 1), cwd: process.cwd(), verbose: options.verbose === true };
  say(renderForget(result, view), 1);
}
