import { closeSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import type { Told } from '../judge/autopsy/autopsy.ts';
import { UsageError } from './failure.ts';

const HELP = `
Reads, told apart by their content: Valgrind's XML and text, the reports of AddressSanitizer,
LeakSanitizer, MemorySanitizer, ThreadSanitizer and UndefinedBehaviorSanitizer, logs of strace, the
kernel's log, core dumps, and the last words of allocators and language runtimes in plain
output. \`-\` is standard input. Behind \`--\` stands a program, which is run once, under gdb.

Exit status:
  0          the evidence was read; behind -- the program's own, or 128+n after signal n
  2          a file cannot be read, or nothing in it tells of a crash

Examples:
  valgrind --xml=yes --xml-file=log.xml ./app;  crossfree autopsy log.xml
  ./app 2>&1 | crossfree autopsy -
  dmesg | crossfree autopsy -
  crossfree autopsy --program ./app core
  crossfree autopsy -- ./app input.txt`;

export function autopsyCommand(): Command {
  return new Command('autopsy')
    .description('what happened at the moment of a crash, from what other tools wrote')
    .usage('[options] FILE… | -- PROGRAM [ARGS…]')
    .argument('<file...>')
    .option('--program <file>', 'the program that a core dump is of, where the core does not tell')
    .option('--json <file>', 'write the result as one JSON object')
    .addHelpText('after', HELP)
    .action(autopsy);
}

const STDOUT = 1;
const STDERR = 2;

async function autopsy(files: string[], options: { json?: string; program?: string }): Promise<void> {
  const [{ isCore, readEvidenceFile }, { readEvidence, NoEvidence }, { judgeAutopsy }, { renderAutopsy }] =
    await Promise.all([
      import('../evidence/evidence-file.ts'),
      import('../evidence/read-evidence.ts'),
      import('../judge/autopsy/autopsy.ts'),
      import('../report/autopsy.ts'),
    ]);
  const [{ inspectProgram }, { exitStatus }] = await Promise.all([
    import('../inspect/program.ts'),
    import('../run/exit-status.ts'),
  ]);
  const [{ say }, { wantsColour }, { openFile }] = await Promise.all([
    import('../report/say.ts'),
    import('../report/colour.ts'),
    import('./output.ts'),
  ]);
  const { readCore } = await import('../evidence/core/read-core.ts');
  const { findGdb, runUnderGdb } = await import('../evidence/gdb-batch.ts');
  const isRun = process.argv[process.argv.length - files.length - 1] === '--';
  const gdb = isRun ? findGdb() : undefined;
  if (isRun && !gdb) {
    throw new UsageError('`autopsy -- PROGRAM` needs gdb, which is not installed: `apt-get install gdb`');
  }
  const run = async (command: string[], by: string) => {
    await inspectProgram(command[0] ?? '', process.cwd(), process.env); // says whether it can be started
    return [runUnderGdb(by, command, process.cwd())];
  };
  const read = async (file: string) => {
    try {
      if (isCore(file)) return [{ ...(await readCore(file, options.program)), file }];
      const { bytes, cut } = readEvidenceFile(file);
      return readEvidence(bytes).map((one) => ({ ...one, file, complete: one.complete && !cut }));
    } catch (error) {
      if (!(error instanceof NoEvidence) && (error as NodeJS.ErrnoException).syscall === undefined) {
        if ((error as Error).message !== 'it is no regular file') throw error;
      }
      const why =
        (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file' : (error as Error).message;
      throw new UsageError(`\`autopsy\` expects a file that tells of a crash, but got \`${file}\`: ${why}`);
    }
  };
  const told: Told[] = gdb ? await run(files, gdb) : [];
  if (!gdb) for (const file of files) told.push(...(await read(file)));
  const result = judgeAutopsy(told);
  if (isRun) {
    result.means = { chosen: 'gdb', why: 'it stops at the very instruction', others: [] };
    process.exitCode = exitStatus(result.outcome);
  }
  if (options.json !== undefined) {
    const descriptor = openFile('--json', options.json);
    writeFileSync(descriptor, `${JSON.stringify(result, undefined, 2)}\n`);
    closeSync(descriptor);
  }
  const descriptor = isRun ? STDERR : STDOUT;
  say(renderAutopsy(result, { colour: wantsColour(process.env, descriptor) }), descriptor);
}
