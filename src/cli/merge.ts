import { closeSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import type { Format, FormatOptions } from '../report/format.ts';
import type { Merged } from '../results/merge.ts';
import { choices } from './choices.ts';
import { badValue, UsageError } from './failure.ts';

interface Options {
  format?: string;
  output?: string;
  out?: string;
  html?: string;
  json?: string;
  baseline?: string;
}

const FORMAT_NAMES = ['text', 'json', 'sarif', 'junit', 'markdown', 'html'];

const HELP = `
Parts of one matrix (--shard) become the matrix, parts of a lab the lab. Of runs, and of runs and matrices
together, findings with the same fingerprint become one, with the sum of their counts and the names of
their runs.

Exit status:
  0    there is no finding, or the baseline knows them all
  99   there is a finding that is new, or a cell of a matrix that is worse than clean
  1    an experiment of a lab broke off
  2    the command line cannot be meant

Examples:
  crossfree merge result-1 result-2 result-3
  crossfree merge part-*.json --out whole --html whole.html
  crossfree merge results/* --format sarif --output crossfree.sarif --baseline main.json`;

const STDOUT = 1;
const FAILED = 99;

export function mergeCommand(): Command {
  return new Command('merge')
    .description('one result of many saved ones')
    .argument('<results...>', 'folders of `--out`, or files of `--json`')
    .addOption(choices.option('--format <format>', 'what it becomes (default: markdown)', FORMAT_NAMES))
    .option('--output <file>', 'write it there instead of to standard output')
    .option('--out <dir>', 'keep the merged result there')
    .option('--json <file>', 'write the merged result as one JSON object')
    .option('--html <file>', 'write it as one page for a browser')
    .option('--baseline <result>', 'fail only for findings that this saved result has not')
    .addHelpText('after', HELP)
    .action(merge);
}

async function merge(paths: string[], options: Options): Promise<void> {
  const [
    { keptResult },
    { CannotMerge, mergeResults },
    { FORMATS },
    { openFile },
    { say },
    { formatOptions },
    { wantsColour },
  ] = await Promise.all([
    import('./report.ts'),
    import('../results/merge.ts'),
    import('../report/format.ts'),
    import('./output.ts'),
    import('../report/say.ts'),
    import('./format-options.ts'),
    import('../report/colour.ts'),
  ]);
  const written = options.out ?? options.json ?? options.html;
  const wanted = options.format ?? (written === undefined ? 'markdown' : 'text');
  const format: Format | undefined = FORMATS.find((known) => known === wanted);
  if (!format) throw badValue('--format', FORMATS.map((known) => `\`${known}\``).join(', '), wanted);
  const kept = [];
  for (const path of paths) kept.push(await keptResult('merge', path));
  let merged: Merged;
  try {
    merged = mergeResults(kept);
  } catch (error) {
    if (error instanceof CannotMerge) throw new UsageError(`\`merge\`: ${error.message}`);
    throw error;
  }
  const colour = options.output === undefined && wantsColour(process.env, STDOUT);
  const formatting = formatOptions(process.cwd(), colour);
  const baseline = await readBaseline(options.baseline);
  const text = await rendered(format, merged, formatting, baseline);
  const put = (option: string, path: string | undefined, content: string) => {
    if (path === undefined) return;
    const file = openFile(option, path);
    writeFileSync(file, content);
    closeSync(file);
  };
  put('--json', options.json, await rendered('json', merged, formatting));
  if (options.html !== undefined) put('--html', options.html, await rendered('html', merged, formatting));
  if (options.out !== undefined) {
    const { keepMerged } = await import('./keep-merged.ts');
    keepMerged(options.out, merged);
  }
  if (options.output !== undefined) put('--output', options.output, text);
  else say(text, STDOUT);
  process.exitCode = await statusOf(merged, baseline);
}

async function readBaseline(path: string | undefined) {
  if (path === undefined) return undefined;
  const { openBaseline } = await import('./baseline.ts');
  return openBaseline(path);
}

async function rendered(
  format: Format,
  merged: Merged,
  options: FormatOptions,
  baseline?: ReadonlySet<string>,
): Promise<string> {
  const [{ NoFormat, renderLab, renderResult }, { markKnown }] = await Promise.all([
    import('../results/format.ts'),
    import('../report/baseline.ts'),
  ]);
  try {
    if (merged.kind === 'lab') return renderLab(format, merged.result, options);
    return renderResult(format, { path: '', result: merged.result }, options, (account) =>
      baseline ? { ...account, groups: markKnown(account.groups, baseline) } : account,
    );
  } catch (error) {
    if (error instanceof NoFormat) throw badValue('--format', error.message, format);
    throw error;
  }
}

async function statusOf(merged: Merged, baseline: ReadonlySet<string> | undefined): Promise<number> {
  if (merged.kind === 'lab')
    return merged.result.report.experiments.some(({ error }) => error !== undefined) ? 1 : 0;
  const [{ findingsOf }, { isKnown }] = await Promise.all([
    import('../results/account.ts'),
    import('../report/baseline.ts'),
  ]);
  const { result } = merged;
  if (findingsOf(result).some((finding) => !isKnown(finding, baseline))) return FAILED;
  const worse =
    merged.kind === 'matrix' && !baseline && merged.result.cells.some((cell) => cell.verdict !== 'clean');
  return worse ? FAILED : 0;
}
