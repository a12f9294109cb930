import type { Symbolizer } from '../evidence/symbolizer.ts';

/** Calls `use` with the symbolizer that is given, which stays open, or with one of its own. */
export async function withSymbolizer<T>(
  given: Symbolizer | undefined,
  use: (symbolizer: Symbolizer) => Promise<T>,
): Promise<T> {
  if (given) return use(given);
  const { Symbolizer: Own } = await import('../evidence/symbolizer.ts');
  const own = new Own();
  try {
    return await use(own);
  } finally {
    own.close();
  }
}
