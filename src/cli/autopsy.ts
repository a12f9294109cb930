import { closeSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { UsageError } from './failure.ts';

const HELP = `
Reads, told apart by their content: Valgrind's XML and text, the reports of AddressSanitizer,
LeakSanitizer, MemorySanitizer, ThreadSanitizer and UndefinedBehaviorSanitizer, logs of strace, the
kernel's log, and the last words of allocators and language runtimes in plain output. \`-\` is standard
input.

Exit status:
  0          the evidence was read
  2          a file cannot be read, or nothing in it tells of a crash

Examples:
  valgrind --xml=yes --xml-file=log.xml ./app;  crossfree autopsy log.xml
  ./app 2>&1 | crossfree autopsy -
  dmesg | crossfree autopsy -`;

export function autopsyCommand(): Command {
  return new Command('autopsy')
    .description('what happened at the moment of a crash, from what other tools wrote')
    .argument('<file...>')
    .option('--json <file>', 'write the result as one JSON object')
    .addHelpText('after', HELP)
    .action(autopsy);
}

const STDOUT = 1;

async function autopsy(files: string[], options: { json?: string }): Promise<void> {
  const [{ readEvidenceFile }, { readEvidence, NoEvidence }, { judgeAutopsy }, { renderAutopsy }] =
    await Promise.all([
      import('../evidence/evidence-file.ts'),
      import('../evidence/read-evidence.ts'),
      import('../judge/autopsy/autopsy.ts'),
      import('../report/autopsy.ts'),
    ]);
  const [{ say }, { wantsColour }, { openFile }] = await Promise.all([
    import('../report/say.ts'),
    import('../report/colour.ts'),
    import('./output.ts'),
  ]);
  const told = files.flatMap((file) => {
    try {
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
  });
  const result = judgeAutopsy(told);
  if (options.json !== undefined) {
    const descriptor = openFile('--json', options.json);
    writeFileSync(descriptor, `${JSON.stringify(result, undefined, 2)}\n`);
    closeSync(descriptor);
  }
  say(renderAutopsy(result, { colour: wantsColour(process.env, STDOUT) }), STDOUT);
}
