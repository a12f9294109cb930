import { closeSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import type { Means } from '../autopsy.ts';
import { choices } from './choices.ts';
import { badValue, UsageError } from './failure.ts';
import { parseDuration } from './values.ts';

const HELP = `
Reads, told apart by their content: Valgrind's XML and text, the reports of AddressSanitizer,
LeakSanitizer, MemorySanitizer, ThreadSanitizer and UndefinedBehaviorSanitizer, logs of strace, the
kernel's log, core dumps, a folder that \`run --out\` kept, and the last words of allocators and
language runtimes in plain output. \`-\` is standard input.

Behind \`--\` stands a program, which is run once, by the best means that it allows (--means):
  crash-record   observed as by \`run --on-finding faithful\`; what the runtime writes at the fatal signal
  gdb            under gdb: also what nothing can be preloaded into

Exit status:
  0          the evidence was read; behind -- the program's own, or 128+n after signal n
  124        ended by --timeout
  2          a file cannot be read, or nothing in it tells of a crash

Examples:
  valgrind --xml=yes --xml-file=log.xml ./app;  crossfree autopsy log.xml
  ./app 2>&1 | crossfree autopsy -
  dmesg | crossfree autopsy -
  crossfree autopsy --program ./app core
  crossfree autopsy -- ./app input.txt
  crossfree run --out kept -- ./app;  crossfree autopsy kept`;

const MEANS = ['crash-record', 'gdb'];

export function autopsyCommand(): Command {
  return new Command('autopsy')
    .description('what happened at the moment of a crash, from what other tools wrote')
    .usage('[options] FILE… | -- PROGRAM [ARGS…]')
    .argument('<file...>')
    .option('--program <file>', 'the program that a core dump is of, where the core does not tell')
    .option('--json <file>', 'write the result as one JSON object')
    .option('--html <file>', 'write the result as one page for a browser')
    .option('--timeout <duration>', 'end the program after e.g. 500ms, 30s, 5m', (text) =>
      parseDuration('--timeout', text),
    )
    .addOption(choices.option('--means <means>', 'how the program is watched', MEANS))
    .option('--gdb', 'observe it under gdb: stop at each finding and at a crash, and show what stands there')
    .option('--out <dir>', 'keep there what was observed: run.json and the ledgers')
    .addHelpText('after', HELP)
    .action(autopsy);
}

const STDOUT = 1;
const STDERR = 2;

interface Options {
  json?: string;
  html?: string;
  program?: string;
  timeout?: number;
  means?: Means;
  gdb?: true;
  out?: string;
}

async function autopsy(files: string[], options: Options): Promise<void> {
  const isRun = process.argv[process.argv.length - files.length - 1] === '--';
  check(options, isRun);
  const { openFile } = await import('./output.ts');
  if (options.json !== undefined) closeSync(openFile('--json', options.json)); // a bad path is known at once
  const run = isRun ? await runProgram(files, options) : undefined;
  if (isRun && !run) return;
  const [{ judgeAutopsy }, { renderAutopsy }, { exitStatus }, { say }, { wantsColour }] = await Promise.all([
    import('../judge/autopsy/autopsy.ts'),
    import('../report/autopsy.ts'),
    import('../run/exit-status.ts'),
    import('../report/say.ts'),
    import('../report/colour.ts'),
  ]);
  const result = judgeAutopsy(run?.told ?? (await readAll(files, options.program)));
  if (run) {
    result.means = run.means;
    process.exitCode = exitStatus(result.outcome);
  }
  if (options.json !== undefined) {
    const descriptor = openFile('--json', options.json);
    writeFileSync(descriptor, `${JSON.stringify(result, undefined, 2)}\n`);
    closeSync(descriptor);
  }
  if (options.html !== undefined) {
    const { writePage } = await import('./page.ts');
    const page = openFile('--html', options.html);
    writePage(page, result, isRun ? 'modules' : 'elsewhere');
    closeSync(page);
  }
  const descriptor = isRun ? STDERR : STDOUT;
  say(renderAutopsy(result, { colour: wantsColour(process.env, descriptor) }), descriptor);
}

/** Options that speak of a program that is run. */
function check({ means, gdb, timeout, out }: Options, isRun: boolean): void {
  if (means !== undefined && !MEANS.includes(means)) throw badValue('--means', MEANS.join(' or '), means);
  if (gdb && means !== undefined) {
    throw new UsageError(
      '`--gdb` and `--means` exclude each other: `--gdb` is a means with the runtime beside it',
    );
  }
  for (const [name, value] of Object.entries({ means, gdb, timeout, out })) {
    if (value !== undefined && !isRun) {
      throw new UsageError(
        `\`--${name}\` speaks of a program that is run: \`autopsy --${name} … -- PROGRAM\``,
      );
    }
  }
}

async function runProgram(command: string[], options: Options) {
  const { autopsyOfProgram } = await import('./autopsy-run.ts');
  return autopsyOfProgram(command, options);
}

async function readAll(files: readonly string[], program?: string) {
  const { readForAutopsy } = await import('./autopsy-files.ts');
  const told = [];
  for (const file of files) told.push(...(await readForAutopsy(file, program)));
  return told;
}
