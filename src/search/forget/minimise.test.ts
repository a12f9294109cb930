import { expect, it } from 'vitest';
import { minimise, type Oracle } from './minimise.ts';

/** Pseudo-random numbers below 1, the same for the same seed. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Counts and remembers what was tried; gives up after `most`. */
function tried(predicate: (skipped: ReadonlySet<number>) => boolean, most = Number.POSITIVE_INFINITY) {
  const answers = new Map<string, boolean>();
  let runs = 0;
  const key = (skipped: readonly number[]) => [...skipped].sort((a, b) => a - b).join(' ');
  const oracle: Oracle<number> = async (skipped) => {
    const known = answers.get(key(skipped));
    if (known !== undefined) return known;
    if (runs >= most) return undefined;
    runs++;
    const answer = predicate(new Set(skipped));
    answers.set(key(skipped), answer);
    return answer;
  };
  return { oracle, answer: (skipped: readonly number[]) => answers.get(key(skipped)), runs: () => runs };
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

it.each([1, 2, 3, 5])('finds %i guilty among many, wherever they stand', async (guilty) => {
  for (let seed = 1; seed <= 60; seed++) {
    const next = random(seed);
    const count = 50 + Math.floor(next() * 500);
    const culprits = new Set<number>();
    while (culprits.size < guilty) culprits.add(Math.floor(next() * count));
    const trial = tried((skipped) => [...culprits].every((one) => skipped.has(one)));
    const { needed, minimal } = await minimise(numbers(count), trial.oracle);
    expect([needed, minimal]).toEqual([[...culprits].sort((a, b) => a - b), true]);
    expect(trial.runs()).toBeLessThanOrEqual(guilty * (Math.ceil(Math.log2(count)) + 2));
  }
});

it('finds one of several ways to heal, with nothing superfluous in it', async () => {
  for (let seed = 1; seed <= 100; seed++) {
    const next = random(seed);
    const ways = numbers(3).map(() => new Set(numbers(4).map(() => Math.floor(next() * 60))));
    const trial = tried((skipped) => ways.some((way) => [...way].every((one) => skipped.has(one))));
    const { needed } = await minimise(numbers(60), trial.oracle);
    const enough = (set: ReadonlySet<number>) => ways.some((way) => [...way].every((one) => set.has(one)));
    expect(enough(new Set(needed))).toBe(true);
    for (const one of needed) expect(enough(new Set(needed.filter((other) => other !== one)))).toBe(false);
  }
});

it('gives, for a fickle program too, what was tried and went well, and of which no one can be left out', async () => {
  for (let seed = 1; seed <= 200; seed++) {
    const next = random(seed);
    const all = numbers(2 + Math.floor(next() * 40));
    const trial = tried((skipped) => skipped.size === all.length || (skipped.size > 0 && next() < 0.4));
    const { needed, minimal } = await minimise(all, trial.oracle);
    expect(minimal).toBe(true);
    if (needed.length < all.length) expect(trial.answer(needed)).toBe(true);
    if (needed.length > 1)
      for (const one of needed) expect(trial.answer(needed.filter((other) => other !== one))).toBe(false);
  }
});

it('gives the smallest that is known to be enough when nothing more can be tried', async () => {
  for (let most = 0; most < 25; most++) {
    const trial = tried((skipped) => skipped.has(17) && skipped.has(90), most);
    const { needed, minimal } = await minimise(numbers(100), trial.oracle);
    expect(needed).toEqual(expect.arrayContaining([17, 90]));
    if (minimal) expect(needed).toEqual([17, 90]);
    expect(minimal || trial.runs() === most).toBe(true);
  }
});
