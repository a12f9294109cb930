import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { formatOptions } from '../../src/cli/format-options.ts';
import { judgeAutopsy } from '../../src/judge/autopsy/autopsy.ts';
import { toldOfRun } from '../../src/judge/autopsy/of-run.ts';
import { renderAutopsy } from '../../src/report/autopsy.ts';
import { isKnown, markKnown } from '../../src/report/baseline.ts';
import { fingerprint } from '../../src/report/fingerprint.ts';
import { FORMATS, type Format } from '../../src/report/format.ts';
import { NoResult } from '../../src/report/saved.ts';
import { findingsOf } from '../../src/results/account.ts';
import { NoFormat, renderLab, renderResult } from '../../src/results/format.ts';
import { CannotMerge, mergeResults } from '../../src/results/merge.ts';
import { asResult } from '../../src/results/open.ts';
import type { Kept } from '../../src/results/result.ts';
import { type Json, mutated, random } from './mutate.ts';

/** Results that the commands really kept; what they name is not here. */
const GOLDEN = join(import.meta.dirname, 'golden');
const kept = readdirSync(GOLDEN).map((name): { name: string; value: Json } => ({
  name,
  value: JSON.parse(readFileSync(join(GOLDEN, name), 'utf8')),
}));
const ROUNDS = Number(process.env.CROSSFREE_ROUNDS ?? (process.env.CROSSFREE_TEST_ALL === '1' ? 3000 : 200));
const options = formatOptions(tmpdir(), false);
/** A file: a lab of which only this is there. */
const path = import.meta.filename;

/** Everything that may be asked of a kept result; only what is meant for the reader may be thrown. */
function show(one: Kept, with_: readonly Kept[]): void {
  const baseline = new Set(findingsOf(one.result).map(fingerprint));
  for (const format of FORMATS) allow(() => printed(format, renderResult(format, one, options)));
  allow(() =>
    renderResult('markdown', one, options, (account) => ({
      ...account,
      groups: markKnown(account.groups, baseline),
    })),
  );
  for (const finding of findingsOf(one.result)) isKnown(finding, baseline);
  for (const several of [[one, one], ...with_.map((other) => [one, other])])
    allow(() => {
      const merged = mergeResults(several);
      for (const format of FORMATS)
        allow(() =>
          merged.kind === 'lab'
            ? renderLab(format, merged.result, options)
            : renderResult(format, { path: '', result: merged.result }, options),
        );
    });
  if (one.result.schema !== 'crossfree/run@1') return;
  renderAutopsy(judgeAutopsy([toldOfRun(one.result, path)]), { colour: false });
}

/** What is meant for people must not tell their terminal anything. */
function printed(format: Format, text: string): void {
  const control = format !== 'text' && format !== 'markdown' ? null : /[^\P{C}\n]/u.exec(text);
  if (control === null) return;
  const around = text.slice(Math.max(0, control.index - 100), control.index + 20);
  throw new Error(`${format} holds what is not to be seen: ${JSON.stringify(around)}`);
}

function allow(act: () => unknown): void {
  try {
    act();
  } catch (error) {
    const meant = [NoFormat, NoResult, CannotMerge].some((kind) => error instanceof kind);
    if (!meant || (error as Error).message === '') throw error;
  }
}

function opened(value: Json): Kept | undefined {
  try {
    return { path, result: asResult(JSON.parse(JSON.stringify(value ?? null))) };
  } catch (error) {
    if (error instanceof NoResult) return undefined;
    throw error;
  }
}

const sound = kept.map(({ name, value }) => ({ name, one: opened(value) }));

it.each(sound)('$name as it was kept is shown in every format', ({ one }) => {
  expect(one).toBeDefined();
  if (one) show(one, []);
});

it(`${ROUNDS} hostile results are refused or shown`, () => {
  let refused = 0;
  for (let seed = 1; seed <= ROUNDS; seed++) {
    const next = random(seed);
    const pick = () => kept[Math.floor(next() * kept.length)];
    const [chosen, other] = [pick(), pick()];
    const value = mutated(chosen?.value ?? null, other?.value ?? null, next);
    try {
      const one = opened(value);
      const partner = sound.find(({ one: good }) => good?.result.schema === one?.result.schema)?.one;
      if (one) show(one, partner ? [partner] : []);
      else refused++;
    } catch (error) {
      throw new Error(`seed ${seed}, ${chosen?.name}: ${(error as Error).stack}`, { cause: error });
    }
  }
  // neither all nor nothing: the changes must reach what is behind the door
  expect(refused).toBeGreaterThan(ROUNDS / 10);
  expect(refused).toBeLessThan((ROUNDS * 9) / 10);
}, 600_000);
