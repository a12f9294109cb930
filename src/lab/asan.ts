import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AsanError, readAsanLog } from '../evidence/asan.ts';
import type { Outcome } from '../model/index.ts';
import { capture } from './capture.ts';
import { probeTool } from './tools.ts';

export interface AsanRun {
  outcome: Outcome;
  errors: AsanError[];
}

/**
 * Runs a program that was built with AddressSanitizer, or with `preload` one that was not, under
 * gcc's runtime. Leaks are not looked for: they are no wrong release, and looking needs ptrace.
 */
export async function runUnderAsan(
  program: string,
  directory: string,
  options: { preload?: boolean; args?: readonly string[] } = {},
): Promise<AsanRun> {
  const folder = await mkdtemp(join(directory, 'asan-'));
  const env: NodeJS.ProcessEnv = { ASAN_OPTIONS: `detect_leaks=0:log_path='${join(folder, 'log')}'` };
  if (options.preload) env.LD_PRELOAD = probeTool('libasan');
  const { outcome } = await capture([program, ...(options.args ?? [])], { env, cwd: folder });
  const logs = (await readdir(folder)).sort().map((name) => readFile(join(folder, name), 'utf8'));
  return { outcome, errors: (await Promise.all(logs)).flatMap(readAsanLog) };
}
