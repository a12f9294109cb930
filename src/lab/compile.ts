import { capture } from './capture.ts';

/** Runs a compiler; its flags end with `-o output source`. Throws its own words when it fails. */
export async function compile(
  compiler: readonly [string, ...string[]],
  source: string,
  output: string,
): Promise<string> {
  const { outcome, stderr } = await capture([...compiler, '-o', output, source]);
  if (outcome.kind !== 'exit' || outcome.code !== 0) {
    throw new Error(`\`${compiler.join(' ')}\` did not compile ${source}:\n${stderr.trim()}`);
  }
  return output;
}
