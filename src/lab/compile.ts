import { capture } from './capture.ts';

/** Link-time optimisation on a machine that is busy with other things takes its time. */
const PATIENCE_MS = 10 * 60_000;

/** Runs a compiler; its flags end with `-o output source`. Throws its own words when it fails. */
export async function compile(
  compiler: readonly [string, ...string[]],
  source: string,
  output: string,
): Promise<string> {
  const { outcome, stderr } = await capture([...compiler, '-o', output, source], { timeoutMs: PATIENCE_MS });
  if (outcome.kind !== 'exit' || outcome.code !== 0) {
    throw new Error(`\`${compiler.join(' ')}\` did not compile ${source}:\n${stderr.trim()}`);
  }
  return output;
}
