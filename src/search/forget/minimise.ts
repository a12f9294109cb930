/** Whether the run goes well without these; undefined: that cannot be tried any more. */
export type Oracle<T> = (skipped: readonly T[]) => Promise<boolean | undefined>;

export interface Minimised<T> {
  /** It was tried that it goes well without these. */
  needed: T[];
  /** True when it was tried, of each of several, that the others are not enough. */
  minimal: boolean;
}

/**
 * Delta debugging by bisection: a small part of `candidates` without which it still goes well. The caller has
 * tried that it does without all of them, and not without none. It looks for the shortest beginning of the list that
 * is enough: its last item is needed. Then it does so again, with that item set, in what lies before. One guilty of
 * n takes about log2 n tries, k of them k times as many.
 *
 * What comes back was tried and went well, whatever the oracle answers. With `minimal`, none of several can be left
 * out alone; where skipping more never makes it worse, nothing smaller is enough.
 */
export async function minimise<T>(candidates: readonly T[], goesWell: Oracle<T>): Promise<Minimised<T>> {
  const found = await bisect([...candidates], goesWell);
  return found.minimal ? withoutSuperfluous(found.needed, goesWell) : found;
}

/** Goes well without needed and rest together, at all times; and not without needed alone. */
async function bisect<T>(candidates: T[], goesWell: Oracle<T>): Promise<Minimised<T>> {
  let needed: T[] = [];
  let rest = candidates;
  while (rest.length > 0) {
    let bad = 0;
    let good = rest.length;
    while (good - bad > 1) {
      const middle = (good + bad) >> 1;
      const well = await goesWell([...needed, ...rest.slice(0, middle)]);
      if (well === undefined) return { needed: [...needed, ...rest.slice(0, good)], minimal: false };
      if (well) good = middle;
      else bad = middle;
    }
    needed = [...rest.slice(good - 1, good), ...needed];
    rest = rest.slice(0, good - 1);
    if (rest.length === 0) break;
    const enough = await goesWell(needed);
    if (enough === undefined) return { needed: [...needed, ...rest], minimal: false };
    if (enough) break;
  }
  return { needed, minimal: true };
}

/** Tries to do without each of several: where the program is fickle, one may have become superfluous. */
async function withoutSuperfluous<T>(needed: T[], goesWell: Oracle<T>): Promise<Minimised<T>> {
  let kept = needed;
  for (let index = 0; kept.length > 1 && index < kept.length; ) {
    const others = kept.toSpliced(index, 1);
    const well = await goesWell(others);
    if (well === undefined) return { needed: kept, minimal: false };
    if (well) {
      kept = others;
      index = 0;
    } else index++;
  }
  return { needed: kept, minimal: true };
}
