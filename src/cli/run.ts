import { closeSync, readFileSync } from 'node:fs';
import { Command } from 'commander';
import type { OnFinding, Run } from '../model/index.ts';
import { choices } from './choices.ts';
import { badValue, fail, UsageError } from './failure.ts';
import { parseDuration, parseExitStatus, parseOnFinding } from './values.ts';

interface Options {
  json?: string;
  html?: string;
  out?: string;
  timeout?: number;
  errorExitcode: number;
  onFinding: OnFinding;
  allocator?: string[];
  suppressions?: string;
  baseline?: string;
  requireCoverage?: true;
  quiet?: true;
  verbose?: true;
}

const HELP = `
The program's input, output, arguments and signals are its own; the report goes to stderr.

What happens after a finding (--on-finding):
  heal       the block goes to its true owner, or stays; the program goes on
  faithful   the wrong act happens as the program wrote it
  stop       the program ends at its first finding

Known findings (--suppressions), one rule a line, all its conditions must hold:
  code=CF001 function=legacy_* module="*/libold.so"

Exit status:
  the program's own, or 128+n after signal n, when there is no finding
  99         there is a finding, or coverage is missing with --require-coverage (--error-exitcode)
  124        ended by --timeout, without a finding
  125        crossfree itself failed     126, 127   the program cannot be started, is not there
  2          the command line cannot be meant

Examples:
  crossfree run -- ./app input.txt
  crossfree run --timeout 30s --json run.json -- ./app
  crossfree run --on-finding faithful -- node server.js`;

export function runCommand(): Command {
  return new Command('run')
    .description('observe one program that nobody rebuilt')
    .usage('[options] -- PROGRAM [ARGS…]')
    .argument('[program...]')
    .passThroughOptions()
    .option('--json <file>', 'write the result as one JSON object')
    .option('--html <file>', 'write the result as one page for a browser')
    .option('--out <dir>', 'keep the result there: run.json and the ledgers')
    .option('--timeout <duration>', 'kill the program and its children after e.g. 500ms, 30s, 5m', (text) =>
      parseDuration('--timeout', text),
    )
    .option(
      '--error-exitcode <status>',
      'exit status when there is a finding',
      (text) => parseExitStatus('--error-exitcode', text),
      99,
    )
    .addOption(
      choices
        .option('--on-finding <what>', 'what happens then', ['heal', 'faithful', 'stop'])
        .default('heal' as OnFinding)
        .argParser((text) => parseOnFinding('--on-finding', text)),
    )
    .option(
      '--allocator <world=allocator>',
      'put a world on another allocator, e.g. rust=mimalloc; again for more of them',
      (text, before: string[] = []) => [...before, text],
    )
    .option('--suppressions <file>', 'known findings that are not to be reported')
    .option('--baseline <result>', 'fail only for findings that this saved run has not')
    .option('--require-coverage', 'fail when not everything could be observed')
    .option('-q, --quiet', 'no report unless there is a finding or nothing could be observed')
    .option('--verbose', 'whole call stacks in the report')
    .addHelpText('after', HELP)
    .action(run);
}

async function run(command: string[], options: Options): Promise<void> {
  if (command.length === 0)
    throw new UsageError('`run` expects a program, as in `crossfree run -- ./app`, but got none');
  const { inheritedDescriptors } = await import('../run/descriptors.ts');
  const descriptors = inheritedDescriptors(); // before we open any of our own
  const [{ observe }, { CannotStart }, { openFile, openOutputs }] = await Promise.all([
    import('../observe.ts'),
    import('../inspect/resolve.ts'),
    import('./output.ts'),
  ]);
  const { readArrangement } = await import('./arrangement-option.ts');
  const arrangement = await readArrangement(options.allocator ?? []);
  const suppressions =
    options.suppressions === undefined ? undefined : await readSuppressions(options.suppressions);
  const known = options.baseline === undefined ? undefined : await baselineOf(options.baseline);
  const outputs = openOutputs(options);
  // opened before the program starts, so that a bad path is known at once
  const html = options.html === undefined ? undefined : openFile('--html', options.html);
  try {
    const result = await observe({
      command,
      cwd: workingDirectory(),
      env: process.env,
      ledgerDir: outputs.ledgerDir,
      onFinding: options.onFinding,
      errorExitcode: options.errorExitcode,
      descriptors,
      ...(arrangement && { arrangement }),
      ...(options.timeout !== undefined && { timeoutMs: options.timeout }),
      ...(suppressions && { suppressions }),
    });
    await report(result, options);
    if (process.env.GITHUB_ACTIONS === 'true' && result.verdict !== 'clean') {
      const { tellGitHub } = await import('./github.ts');
      tellGitHub(result, process.env, workingDirectory());
    }
    const isNew = known === undefined || result.findings.length === 0 ? undefined : await known(result);
    await end(result, options, isNew);
    outputs.save(result);
    if (html !== undefined) {
      const { writePage } = await import('./page.ts');
      writePage(html, result, 'modules');
      closeSync(html);
    }
  } catch (error) {
    if (!(error instanceof CannotStart)) throw error;
    fail(error, error.status);
  } finally {
    outputs.close();
  }
}

/** Also where it was removed: programs run there all the same. */
function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    return '/proc/self/cwd';
  }
}

async function readSuppressions(file: string) {
  const { parseSuppressions } = await import('../judge/suppressions.ts');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw badValue('--suppressions', `a file that can be read (${(error as Error).message})`, file);
  }
  try {
    return parseSuppressions(text, file);
  } catch (error) {
    throw new UsageError(`\`--suppressions\`: ${(error as Error).message}`);
  }
}

async function report(result: Run, options: Options): Promise<void> {
  if (
    options.quiet &&
    result.findings.length === 0 &&
    result.verdict !== 'unobservable' &&
    !lacks(result, options)
  ) {
    return;
  }
  const [{ renderRun }, { say }, { wantsColour }] = await Promise.all([
    import('../report/terminal.ts'),
    import('../report/say.ts'),
    import('../report/colour.ts'),
  ]);
  say(
    renderRun(result, {
      colour: wantsColour(process.env),
      cwd: workingDirectory(),
      verbose: options.verbose === true,
    }),
  );
}

/** Reads the baseline before the program starts; what it gives says whether a run has something new. */
async function baselineOf(path: string): Promise<(result: Run) => Promise<boolean>> {
  const [{ openBaseline }, { isKnown }, { say }] = await Promise.all([
    import('./baseline.ts'),
    import('../report/baseline.ts'),
    import('../report/say.ts'),
  ]);
  const baseline = openBaseline(path);
  return async ({ findings }) => {
    const fresh = findings.filter((finding) => !isKnown(finding, baseline)).length;
    say(`crossfree  ${findings.length - fresh} known from the baseline, ${fresh} new\n`);
    return fresh > 0;
  };
}

async function end(result: Run, options: Options, isNew = result.findings.length > 0): Promise<void> {
  const { exitStatus } = await import('../run/exit-status.ts');
  const failed = isNew || lacks(result, options);
  process.exitCode = failed ? options.errorExitcode : exitStatus(result.outcome);
}

function lacks(result: Run, options: Options): boolean {
  return options.requireCoverage === true && result.coverage !== 'full';
}
