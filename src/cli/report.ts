import { closeSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import type { Format } from '../report/format.ts';
import type { Kept } from '../results/result.ts';
import { choices } from './choices.ts';
import { badValue, UsageError } from './failure.ts';

interface Options {
  format?: string;
  output?: string;
  baseline?: string;
  open?: true;
}

const FORMAT_NAMES = ['text', 'json', 'sarif', 'junit', 'markdown', 'html'];

const HELP = `
Formats:
  text       as the command shows it that made the result
  json       the result itself
  sarif      SARIF 2.1.0, for code-scanning services
  junit      JUnit XML, for what shows test results
  html       one page that needs nothing else: open it from disk
  markdown   for a pull request or a step summary

Exit status:
  0    the report is written, whatever it says
  99   with --baseline: there is a finding that is new
  2    the command line cannot be meant

Examples:
  crossfree run --out result -- ./app
  crossfree report result
  crossfree report result --open
  crossfree report result --format sarif --output crossfree.sarif --baseline main.json`;

const STDOUT = 1;
const FAILED = 99;

export function reportCommand(): Command {
  return new Command('report')
    .description('show a saved result, or turn it into another format')
    .argument('<result>', 'the folder of `--out` or the file of `--json`, of any command')
    .addOption(choices.option('--format <format>', 'what it becomes (default: text)', FORMAT_NAMES))
    .option('--output <file>', 'write it there instead of to standard output')
    .option('--baseline <result>', 'fail for findings that this saved result has not')
    .option('--open', 'show its page in a browser')
    .addHelpText('after', HELP)
    .action(report);
}

async function report(path: string, options: Options): Promise<void> {
  const [{ FORMATS }, { say }, { wantsColour }, { formatOptions }] = await Promise.all([
    import('../report/format.ts'),
    import('../report/say.ts'),
    import('../report/colour.ts'),
    import('./format-options.ts'),
  ]);
  const wanted = options.format ?? (options.open ? 'html' : 'text');
  const format: Format | undefined = FORMATS.find((known) => known === wanted);
  if (!format) throw badValue('--format', FORMATS.map((known) => `\`${known}\``).join(', '), wanted);
  if (options.open && format !== 'html') throw badValue('--open', 'a page, `--format html`', format);
  const colour = options.output === undefined && wantsColour(process.env, STDOUT);
  const kept = await keptResult('report', path);
  const known = options.baseline === undefined ? undefined : await baselineOf(kept, options.baseline);
  const text = await rendered(format, kept, formatOptions(process.cwd(), colour), known?.mark);
  if (options.open) {
    const { showInBrowser } = await import('./browser.ts');
    showInBrowser(text, options.output);
  } else if (options.output === undefined) say(text, STDOUT);
  else {
    const { openFile } = await import('./output.ts');
    const file = openFile('--output', options.output);
    writeFileSync(file, text);
    closeSync(file);
  }
  if (known?.fresh) process.exitCode = FAILED;
}

/** Throws UsageError naming the option or command that gave the path. */
export async function keptResult(option: string, path: string): Promise<Kept> {
  const [{ NoResult }, { openResult }] = await Promise.all([
    import('../report/saved.ts'),
    import('../results/open.ts'),
  ]);
  try {
    return openResult(path);
  } catch (error) {
    if (!(error instanceof NoResult)) throw error;
    throw badValue(option, `a result that crossfree kept (${error.message})`, path);
  }
}

async function rendered(
  format: Format,
  kept: Kept,
  ...rest: [
    Parameters<typeof import('../results/format.ts').renderResult>[2],
    Parameters<typeof import('../results/format.ts').renderResult>[3]?,
  ]
): Promise<string> {
  const [{ NoResult }, { NoFormat, renderResult }] = await Promise.all([
    import('../report/saved.ts'),
    import('../results/format.ts'),
  ]);
  try {
    return renderResult(format, kept, ...rest);
  } catch (error) {
    if (error instanceof NoFormat) throw badValue('--format', error.message, format);
    if (error instanceof NoResult) throw new UsageError(`\`report\`: ${kept.path}: ${error.message}`);
    throw error;
  }
}

/** What the baseline says: a mark for each group, and whether something is new. */
async function baselineOf({ result }: Kept, path: string) {
  const [{ openBaseline }, { isKnown, markKnown }, { findingsOf }] = await Promise.all([
    import('./baseline.ts'),
    import('../report/baseline.ts'),
    import('../results/account.ts'),
  ]);
  const baseline = openBaseline(path);
  return {
    fresh: findingsOf(result).some((finding) => !isKnown(finding, baseline)),
    mark: <T extends { groups: Parameters<typeof markKnown>[0] }>(account: T) => ({
      ...account,
      groups: markKnown(account.groups, baseline),
    }),
  };
}
