import { mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readValgrindXml, type ValgrindReport } from '../evidence/valgrind.ts';
import type { Outcome } from '../model/index.ts';
import { capture } from './capture.ts';

export interface ValgrindRun extends ValgrindReport {
  outcome: Outcome;
}

/** Runs the program under Valgrind's memcheck; its document is kept in a new folder of `directory`. */
export async function runUnderValgrind(
  program: string,
  directory: string,
  args: readonly string[] = [],
): Promise<ValgrindRun> {
  const document = join(await mkdtemp(join(directory, 'valgrind-')), 'memcheck.xml');
  const { outcome } = await capture(['valgrind', '--xml=yes', `--xml-file=${document}`, program, ...args], {
    cwd: directory,
  });
  return { ...readValgrindXml(await readFile(document, 'utf8')), outcome };
}
