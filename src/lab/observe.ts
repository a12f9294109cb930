import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OnFinding, Run } from '../model/index.ts';
import { observe as observeProgram } from '../observe.ts';
import { ledgerFolder } from '../run/folder.ts';

/** A run under crossfree, and what the program printed. */
export interface Observed {
  run: Run;
  stdout: string;
  stderr: string;
}

/**
 * One run in `directory` through the stages that `crossfree run` uses. The program has no standard
 * input; what it prints goes to files in a new folder, so that it is kept however the program ends.
 * The lab lets wrong acts happen unless told otherwise: it wants to see what they do.
 */
export async function observe(
  command: string[],
  directory: string,
  options: { onFinding?: OnFinding; timeoutMs?: number } = {},
): Promise<Observed> {
  const { onFinding = 'faithful', timeoutMs = 120_000 } = options;
  const folder = await mkdtemp(join(directory, 'observed-'));
  const files = { stdout: join(folder, 'stdout'), stderr: join(folder, 'stderr') };
  const descriptors = [openSync(files.stdout, 'w'), openSync(files.stderr, 'w')] as const;
  try {
    const run = await observeProgram({
      command,
      cwd: directory, // where a core dump goes away with everything else
      env: process.env,
      ledgerDir: ledgerFolder(folder),
      onFinding,
      errorExitcode: 99,
      timeoutMs,
      standard: ['ignore', ...descriptors],
    });
    const [stdout, stderr] = await Promise.all([
      readFile(files.stdout, 'utf8'),
      readFile(files.stderr, 'utf8'),
    ]);
    return { run, stdout, stderr };
  } finally {
    for (const descriptor of descriptors) closeSync(descriptor);
  }
}
