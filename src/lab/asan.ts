import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readSanitizers } from '../evidence/sanitizer/report.ts';
import type { Outcome } from '../model/index.ts';
import { capture } from './capture.ts';
import { probeTool } from './tools.ts';

/** What AddressSanitizer said before it ended the program. */
export interface AsanError {
  /** Its own name for it: `double-free`, `heap-use-after-free`, `bad-free`, `SEGV`, … */
  kind: string;
  /** The sentence in which it says what happened. */
  message: string;
}

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
  return { outcome, errors: (await Promise.all(logs)).flatMap(asanErrors) };
}

/** The errors in what AddressSanitizer wrote; a leak is none, and nor are other lines. */
export function asanErrors(text: string): AsanError[] {
  return readSanitizers(text)
    .filter(({ source }) => source === 'asan')
    .flatMap(({ complaints, fault }) => [
      ...complaints.map(({ kind, message }) => ({ kind, message })),
      // it tells of a fatal signal as well
      ...(fault?.signal ? [{ kind: fault.signal.replace(/^SIG/, ''), message: fault.signal }] : []),
    ]);
}
