import { closeSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import type { Format } from '../report/format.ts';
import { choices } from './choices.ts';
import { badValue } from './failure.ts';

interface Options {
  format: string;
  output?: string;
}

const FORMAT_NAMES = ['text', 'json', 'sarif', 'junit', 'markdown', 'html'];

const HELP = `
Formats:
  text       as \`crossfree run\` shows it
  json       the result itself, crossfree/run@1
  sarif      SARIF 2.1.0, for code-scanning services
  junit      JUnit XML, for what shows test results
  html       one page that needs nothing else: open it from disk
  markdown   for a pull request or a step summary

Exit status: 0 when the report is written, whatever it says; 2 when the command line cannot be meant.

Examples:
  crossfree run --out result -- ./app
  crossfree report result
  crossfree report result --format sarif --output crossfree.sarif`;

const STDOUT = 1;

/** What a folder of `lab --out` has, and that of a run has not. */
const LAB_FILE = 'lab.json';

export function reportCommand(): Command {
  return new Command('report')
    .description('show a saved result, or turn it into another format')
    .argument('<result>', 'the folder of `run --out` or `lab --out`, or the file of `run --json`')
    .addOption(choices.option('--format <format>', 'what it becomes', FORMAT_NAMES).default('text'))
    .option('--output <file>', 'write it there instead of to standard output')
    .addHelpText('after', HELP)
    .action(report);
}

async function report(path: string, options: Options): Promise<void> {
  const [
    { FORMATS, renderAs },
    { NoResult, readRun },
    { openFile },
    { say },
    { wantsColour },
    { formatOptions },
  ] = await Promise.all([
    import('../report/format.ts'),
    import('../report/saved.ts'),
    import('./output.ts'),
    import('../report/say.ts'),
    import('../report/colour.ts'),
    import('./format-options.ts'),
  ]);
  const format: Format | undefined = FORMATS.find((known) => known === options.format);
  if (!format) throw badValue('--format', FORMATS.map((known) => `\`${known}\``).join(', '), options.format);
  let text: string;
  try {
    const colour = options.output === undefined && wantsColour(process.env, STDOUT);
    const formatting = formatOptions(process.cwd(), colour);
    if (existsSync(join(path, LAB_FILE))) {
      const { renderLab } = await import('./lab-report.ts');
      text = renderLab(format, path, formatting);
    } else text = renderAs(format, readRun(path), formatting);
  } catch (error) {
    if (!(error instanceof NoResult)) throw error;
    throw badValue('report', `a result of \`crossfree run\` (${error.message})`, path);
  }
  if (options.output === undefined) return say(text, STDOUT);
  const file = openFile('--output', options.output);
  writeFileSync(file, text);
  closeSync(file);
}
