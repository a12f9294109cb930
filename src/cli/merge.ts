import { closeSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { choices } from './choices.ts';
import { badValue } from './failure.ts';

interface Options {
  format: string;
  output?: string;
  baseline?: string;
}

const FORMAT_NAMES = ['markdown', 'sarif', 'junit'];

const HELP = `
Findings with the same fingerprint become one, with the sum of their counts and the names of their runs.

Exit status:
  0    there is no finding, or the baseline knows them all
  99   there is a finding that is new
  2    the command line cannot be meant

Examples:
  crossfree merge result-1 result-2 result-3
  crossfree merge results/* --format sarif --output crossfree.sarif --baseline main.json`;

const STDOUT = 1;
const FAILED = 99;

export function mergeCommand(): Command {
  return new Command('merge')
    .description('one report of many saved runs')
    .argument('<results...>', 'folders of `run --out`, or files of `run --json`')
    .addOption(choices.option('--format <format>', 'what it becomes', FORMAT_NAMES).default('markdown'))
    .option('--output <file>', 'write it there instead of to standard output')
    .option('--baseline <result>', 'fail only for findings that this saved run has not')
    .addHelpText('after', HELP)
    .action(merge);
}

async function merge(paths: string[], options: Options): Promise<void> {
  const [
    { renderAccount },
    { accountOfRuns },
    { NoResult, readRun },
    { markKnown },
    { openBaseline },
    { openFile },
    { say },
    { formatOptions },
  ] = await Promise.all([
    import('../report/format.ts'),
    import('../report/run-account.ts'),
    import('../report/saved.ts'),
    import('../report/baseline.ts'),
    import('./baseline.ts'),
    import('./output.ts'),
    import('../report/say.ts'),
    import('./format-options.ts'),
  ]);
  const { format } = options;
  if (format !== 'markdown' && format !== 'sarif' && format !== 'junit') {
    throw badValue('--format', '`markdown`, `sarif` or `junit`', format);
  }
  const runs = paths.map((path) => {
    try {
      return { name: path, run: readRun(path) };
    } catch (error) {
      if (!(error instanceof NoResult)) throw error;
      throw badValue('merge', `results of \`crossfree run\` (${error.message})`, path);
    }
  });
  const formatting = formatOptions(process.cwd(), false);
  const merged = accountOfRuns('crossfree merge', 'crossfree run', runs, formatting.cwd);
  const groups =
    options.baseline === undefined ? merged.groups : markKnown(merged.groups, openBaseline(options.baseline));
  const text = renderAccount(format, { ...merged, groups }, formatting);
  if (options.output === undefined) say(text, STDOUT);
  else {
    const file = openFile('--output', options.output);
    writeFileSync(file, text);
    closeSync(file);
  }
  if (groups.some(({ known }) => !known)) process.exitCode = FAILED;
}
