import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import type { Experiment } from '../lab/experiment.ts';
import type { LabOptions, LabReport } from '../lab/lab-report.ts';
import { pageOf } from '../lab/pages.ts';
import type { Recorded } from '../lab/record.ts';
import { type Shard, shardOf } from '../search/shard.ts';
import { badValue, UsageError } from './failure.ts';
import { parseShard } from './values.ts';

interface Options {
  list?: true;
  full?: true;
  quick?: true;
  shard?: Shard;
  json?: string;
  html?: string;
  out?: string;
  from?: string;
  notebook?: string;
}

const HELP = `
Each experiment runs small programs with a known fault on this machine and sets what it measures beside
what somebody claims: holds, differs, refuted or not-measurable, each with its reason.

Without names it runs those about who owns a block, and prints a line for each and the claims that were
refuted; the page that it names holds the rest. With names or --full it prints all that it measures.

Exit status:
  0   every experiment came to its end, whatever it measured, or lacks a tool and says so
  1   an experiment broke off
  2   the command line cannot be meant

Examples:
  crossfree lab
  crossfree lab --full                          every experiment, with all that it measures
  crossfree lab --list
  crossfree lab three-faults --json lab.json
  crossfree lab --out lab --notebook notebook.md
  crossfree lab --from lab                      draw the conclusions again from the kept data`;

const STDOUT = 1;

export function labCommand(): Command {
  return new Command('lab')
    .description('show on this machine what crossfree sees and others do not')
    .usage('[options] [EXPERIMENT…]')
    .argument('[experiments...]')
    .option('--list', 'name the experiments')
    .option('--full', 'every experiment, with all that it measures')
    .option('--quick', 'a rough answer sooner')
    .option('--shard <i/n>', 'only this part of the experiments, e.g. 1/4; `merge` joins the parts', (text) =>
      parseShard('--shard', text),
    )
    .option('--json <file>', 'write the result as one JSON object')
    .option('--html <file>', 'write the result as one page for a browser')
    .option('--out <dir>', 'keep the result, the pages and all raw data there')
    .option('--from <dir>', 'run nothing: conclude again from the data that --out kept')
    .option('--notebook <file>', 'write the result as a page of Markdown')
    .addHelpText('after', HELP)
    .action(lab);
}

async function lab(ids: string[], options: Options): Promise<void> {
  const [{ CATALOGUE, USUAL, selectExperiments, unknownIds }, { say }] = await Promise.all([
    import('../lab/catalogue.ts'),
    import('../report/say.ts'),
  ]);
  const [unknown] = unknownIds(ids);
  if (unknown !== undefined) {
    throw badValue('lab', `experiments out of ${CATALOGUE.map(({ id }) => `\`${id}\``).join(', ')}`, unknown);
  }
  const brief = ids.length === 0 && !options.full && options.from === undefined;
  // the parts of a lab that runs on several machines are to make the whole
  const usual = brief && !options.list && options.shard === undefined;
  const chosen = usual ? USUAL : selectExperiments(ids);
  const experiments = shardOf(chosen, options.shard);
  if (options.list) {
    const width = Math.max(...experiments.map(({ id }) => id.length));
    say(experiments.map(({ id, title }) => `${id.padEnd(width)}  ${title}\n`).join(''), STDOUT);
    return;
  }
  const [{ labView }, { wantsColour }, { openLabOutputs }] = await Promise.all([
    import('./lab-view.ts'),
    import('../report/colour.ts'),
    import('./lab-output.ts'),
  ]);
  const from = options.from === undefined ? undefined : await readKept(options, ids);
  // opened first, so that a bad path is known at once
  const outputs = openLabOutputs({ ...options, brief });
  const view = labView({
    colour: wantsColour(process.env, STDOUT),
    brief,
    leftOut: CATALOGUE.length - chosen.length,
  });
  let report: LabReport;
  const show: LabOptions['show'] = (experiment, page) => {
    say(view.experiment(experiment, page), STDOUT);
    outputs.experiment(experiment, page);
  };
  if (from !== undefined) {
    report = from.report;
    for (const experiment of report.experiments) show(experiment, pageOf(from.pages, experiment.id));
  } else {
    const ran = await runHere(experiments, options.quick === true, show);
    report = { ...ran, ...(options.shard && { shard: options.shard }) };
  }
  const page = outputs.report(report);
  say(view.end(report, page), STDOUT);
  if (report.experiments.some(({ error }) => error !== undefined)) process.exitCode = 1;
}

/** The result that `--out` kept, concluded anew. */
async function readKept(options: Options, ids: string[]): Promise<Recorded> {
  const { from = '' } = options;
  const other = options.quick
    ? '--quick'
    : options.shard
      ? '--shard'
      : options.out !== undefined
        ? '--out'
        : ids[0];
  if (other !== undefined)
    throw badValue('--from', 'to stand without experiments, `--quick`, `--shard` and `--out`', other);
  const { recompute } = await import('../lab/record.ts');
  try {
    return recompute(from);
  } catch (error) {
    const { message } = error as Error;
    throw new UsageError(`\`--from\` expects a folder that \`--out\` wrote, but got \`${from}\`: ${message}`);
  }
}

/** Runs the experiments on this machine; `show` gets each as soon as it stands. */
async function runHere(
  experiments: readonly Experiment[],
  quick: boolean,
  show: LabOptions['show'],
): Promise<LabReport> {
  const [{ runLab }, { packageRoot }, { progressLine }] = await Promise.all([
    import('../lab/lab-report.ts'),
    import('../plan/installation.ts'),
    import('./progress.ts'),
  ]);
  const progress = progressLine();
  const scratch = mkdtempSync(join(tmpdir(), 'crossfree-lab-'));
  process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
  // an interrupt is meant for the lab, not only for the program that it runs just now
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
  return runLab(experiments, {
    quick,
    scratch,
    specimens: join(packageRoot(), 'specimens/lab'),
    progress: progress.step,
    show(experiment, page) {
      progress.clear();
      show(experiment, page);
    },
  });
}
