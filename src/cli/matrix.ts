import { closeSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { counted } from '../report/words.ts';
import type { Matrix } from '../search/matrix/result.ts';
import type { Shard } from '../search/shard.ts';
import { badValue, fail, UsageError } from './failure.ts';
import { parseCount, parseExitStatus, parseList, parseShard } from './values.ts';
import { type WorkshopOptions, withWorkshopOptions, workshopOf } from './workshop-options.ts';

interface Options extends WorkshopOptions {
  full?: true;
  worlds?: string[];
  allocators?: string[];
  repeat: number;
  seed: number;
  out?: string;
  resume?: string;
  json?: string;
  html?: string;
  shard?: Shard;
  errorExitcode: number;
  verbose?: true;
}

const HELP = `
The program runs many times: once to see which worlds it uses, then for each world moved alone onto each
allocator, --repeat times each. Every run is a process of its own without terminal, and the wrong act
really happens in it. For a program with side effects there are --cwd-copy, --stdin and --reset.

Without --allocators these are all of this machine on which a healthy program ends well. The laboratory's
insane, which hands out one block to everybody, is taken only when it is named.

Exit status:
  0    every cell is clean
  99   some cell is worse than clean (--error-exitcode)
  125  crossfree itself failed     126, 127   the program cannot be started, is not there
  130  interrupted: what has finished is shown, and kept with --out
  2    the command line cannot be meant

Examples:
  crossfree matrix -- ./app input.txt
  crossfree matrix --allocators jemalloc,mimalloc --repeat 10 --json matrix.json -- ./app
  crossfree matrix --shard 1/4 --json part-1.json -- ./app
  crossfree matrix --out results -- ./app        Ctrl-C, and later:
  crossfree matrix --resume results -- ./app`;

/** Enough to see that a cell does not always end alike. */
const REPEAT = 3;

export function matrixCommand(): Command {
  const count = (option: string) => (text: string) => parseCount(option, text);
  const list = (option: string) => (text: string) => parseList(option, text);
  const command = new Command('matrix')
    .description('run one program under every allocator and show how it ends')
    .usage('[options] -- PROGRAM [ARGS…]')
    .argument('[program...]')
    .passThroughOptions()
    .option('--worlds <list>', 'move only these worlds, e.g. c,rust', list('--worlds'))
    .option('--allocators <list>', 'onto these only, by name or absolute path', list('--allocators'))
    .option('--full', 'every combination of worlds and allocators')
    .option('--repeat <n>', 'runs of each cell', count('--repeat'), REPEAT)
    .option('--seed <n>', 'the order of the runs', count('--seed'), 1);
  return withWorkshopOptions(command)
    .option('--out <dir>', 'keep every finished run there')
    .option('--resume <dir>', 'go on with what is kept there')
    .option('--shard <i/n>', 'only this part of the cells, e.g. 1/4; `merge` joins the parts', (text) =>
      parseShard('--shard', text),
    )
    .option('--json <file>', 'write the result as one JSON object')
    .option('--html <file>', 'write the result as one page for a browser')
    .option(
      '--error-exitcode <status>',
      'exit status when a cell is worse than clean',
      (text) => parseExitStatus('--error-exitcode', text),
      99,
    )
    .option('--verbose', 'whole call stacks in the report')
    .addHelpText('after', HELP)
    .action(matrix);
}

async function matrix(command: string[], options: Options): Promise<void> {
  if (command.length === 0)
    throw new UsageError('`matrix` expects a program, as in `crossfree matrix -- ./app`, but got none');
  if (options.out !== undefined && options.resume !== undefined)
    throw new UsageError('`--resume` goes on in its own folder: it cannot be given together with `--out`');
  const workshop = workshopOf(options);
  const [{ MatrixSearch }, { CannotResume }, { CannotStart }, { openFile }, { progressLine }, { say }] =
    await Promise.all([
      import('../search/matrix/make.ts'),
      import('../search/matrix/store.ts'),
      import('../inspect/resolve.ts'),
      import('./output.ts'),
      import('./progress.ts'),
      import('../report/say.ts'),
    ]);
  const allocators = await chosenAllocators(options.allocators);
  const file = options.json === undefined ? undefined : openFile('--json', options.json);
  const page = options.html === undefined ? undefined : openFile('--html', options.html);
  const folder = options.resume ?? options.out;
  const search = new MatrixSearch({
    command,
    cwd: process.cwd(),
    env: process.env,
    allocators,
    full: options.full === true,
    repeat: options.repeat,
    seed: options.seed,
    addresses: workshop.randomAddresses ? 'random' : 'same',
    ...workshop,
    resume: options.resume !== undefined,
    ...(options.worlds && { worlds: options.worlds }),
    ...(options.shard && { shard: options.shard }),
    ...(folder !== undefined && { out: folder }),
  });
  const progress = progressLine();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => search.stop());
  process.once('exit', () => search.stop());
  try {
    const result = await search.make({
      progress: progress.step,
      planned(plan) {
        progress.clear();
        const part = plan.shard ? `shard ${plan.shard.number} of ${plan.shard.of}, ` : '';
        const runs = plan.cells.length * plan.repeat;
        say(
          `crossfree matrix: ${part}${counted(plan.cells.length, 'cell')} of ${counted(plan.repeat, 'run')}: the program runs ${counted(runs, 'time')}, ${workshop.jobs} at once\n`,
        );
      },
    });
    progress.clear();
    await show(result, options);
    if (file !== undefined) writeFileSync(file, `${JSON.stringify(result, undefined, 2)}\n`);
    if (page !== undefined) {
      const { writePage } = await import('./page.ts');
      writePage(page, result, options.resume === undefined ? 'modules' : 'elsewhere');
    }
    process.exitCode = result.cells.some(({ verdict }) => verdict !== 'clean') ? options.errorExitcode : 0;
    if (search.stopped) interrupted(folder, command);
  } catch (error) {
    progress.clear();
    if (search.stopped) interrupted(undefined, command);
    else if (error instanceof CannotStart) fail(error, error.status);
    else if (error instanceof CannotResume)
      throw new UsageError(`\`${options.resume === undefined ? '--out' : '--resume'}\`: ${error.message}`);
    else throw error;
  } finally {
    for (const descriptor of [file, page]) if (descriptor !== undefined) closeSync(descriptor);
    search.stop();
  }

  function interrupted(kept: string | undefined, program: string[]): void {
    say('crossfree matrix: interrupted');
    say(
      kept === undefined
        ? '\n'
        : `; \`crossfree matrix --resume ${kept}\` and the same options go on: -- ${program.join(' ')}\n`,
    );
    process.exitCode = 130;
  }
}

async function show(result: Matrix, options: Options): Promise<void> {
  const [{ renderMatrix }, { wantsColour }, { say }] = await Promise.all([
    import('../search/matrix/render.ts'),
    import('../report/colour.ts'),
    import('../report/say.ts'),
  ]);
  say(
    renderMatrix(result, {
      colour: wantsColour(process.env, 1),
      cwd: process.cwd(),
      verbose: options.verbose === true,
    }),
    1,
  );
}

/** Those that were asked for, which have to be here; else all on which a healthy program does well. */
async function chosenAllocators(asked: string[] | undefined): Promise<string[]> {
  const { findAllocator, listAllocators, soundAllocators } = await import('../plan/allocators.ts');
  if (asked === undefined) return soundAllocators();
  for (const name of asked.filter((each) => !each.startsWith('/'))) {
    const found = findAllocator(name);
    const here = listAllocators().flatMap((each) => ('missing' in each ? [] : [each.name]));
    if (!found) throw badValue('--allocators', `names out of ${here.join(', ')}, or absolute paths`, name);
    if ('missing' in found)
      throw badValue('--allocators', `allocators that are here (${found.install})`, name);
  }
  return asked;
}
