import { closeSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { badValue } from './failure.ts';

interface Options {
  list?: true;
  quick?: true;
  json?: string;
}

const HELP = `
Each experiment runs small programs with a known fault on this machine and sets what it measures beside
what somebody claims: holds, differs, refuted or not-measurable, each with its reason.

Exit status:
  0   every experiment came to its end, whatever it measured, or lacks a tool and says so
  1   an experiment broke off
  2   the command line cannot be meant

Examples:
  crossfree lab
  crossfree lab --list
  crossfree lab three-faults --json lab.json`;

const STDOUT = 1;

export function labCommand(): Command {
  return new Command('lab')
    .description('show on this machine what crossfree sees and others do not')
    .usage('[options] [EXPERIMENT…]')
    .argument('[experiments...]')
    .option('--list', 'name the experiments')
    .option('--quick', 'a rough answer sooner')
    .option('--json <file>', 'write the result as one JSON object')
    .addHelpText('after', HELP)
    .action(lab);
}

async function lab(ids: string[], options: Options): Promise<void> {
  const [{ CATALOGUE, selectExperiments, unknownIds }, { say }] = await Promise.all([
    import('../lab/catalogue.ts'),
    import('../report/say.ts'),
  ]);
  const [unknown] = unknownIds(ids);
  if (unknown !== undefined) {
    throw badValue('lab', `experiments out of ${CATALOGUE.map(({ id }) => `\`${id}\``).join(', ')}`, unknown);
  }
  const experiments = selectExperiments(ids);
  if (options.list) {
    const width = Math.max(...experiments.map(({ id }) => id.length));
    say(experiments.map(({ id, title }) => `${id.padEnd(width)}  ${title}\n`).join(''), STDOUT);
    return;
  }
  const [{ runLab }, { labPages }, { wantsColour }, { packageRoot }, { openFile }, { progressLine }] =
    await Promise.all([
      import('../lab/lab-report.ts'),
      import('../lab/page.ts'),
      import('../report/colour.ts'),
      import('../plan/installation.ts'),
      import('./output.ts'),
      import('./progress.ts'),
    ]);
  // opened first, so that a bad path is known at once
  const file = options.json === undefined ? undefined : openFile('--json', options.json);
  const pages = labPages({ colour: wantsColour(process.env, STDOUT) });
  const progress = progressLine();
  const scratch = mkdtempSync(join(tmpdir(), 'crossfree-lab-'));
  process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
  // an interrupt is meant for the lab, not only for the program that it runs just now
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
  const report = await runLab(experiments, {
    quick: options.quick === true,
    scratch,
    specimens: join(packageRoot(), 'specimens/lab'),
    progress: progress.step,
    show: (experiment, page) => {
      progress.clear();
      say(`${pages.experiment(experiment, page)}\n`, STDOUT);
    },
  });
  say(pages.summary(report), STDOUT);
  if (file !== undefined) {
    writeFileSync(file, `${JSON.stringify(report, undefined, 2)}\n`);
    closeSync(file);
  }
  if (report.experiments.some(({ error }) => error !== undefined)) process.exitCode = 1;
}
