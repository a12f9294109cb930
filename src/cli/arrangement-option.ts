import { UsageError } from './failure.ts';

/** What `--allocator` asks for; undefined when it was not given. Tells what is wrong with it before anything is started. */
export async function readArrangement(words: string[]): Promise<Record<string, string> | undefined> {
  if (words.length === 0) return undefined;
  const { BadArrangement, parsePlacement } = await import('../plan/arrangement.ts');
  try {
    return Object.fromEntries(words.map(parsePlacement));
  } catch (error) {
    if (!(error instanceof BadArrangement)) throw error;
    throw new UsageError(`\`--allocator\`: ${error.message}`);
  }
}
