/**
 * Healthy programs of others on other allocators, looked at as closely as a search does: no finding, no
 * corruption, the same output. CROSSFREE_TEST_ALL=1 takes every quick program of the list of real ones.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { differences, objections } from '../programs/compare.ts';
import { installPrograms, type Missing } from '../programs/install.ts';
import { PROGRAMS } from '../programs/list.ts';
import { removeSandbox, runBare } from '../programs/observe.ts';
import { runArranged } from './arranged.ts';
import { missing as missingAllocators } from './specimens.ts';

const ALL = process.env.CROSSFREE_TEST_ALL === '1';
/** On nearly every machine, of several languages, with children. */
const FEW = ['bash', 'perl-fork', 'sed', 'sort-parallel', 'diff'];
const ARRANGEMENTS = ALL
  ? [{}, { c: 'jemalloc' }, { c: 'mimalloc', 'c++': 'tcmalloc' }, { 'c++': 'jemalloc', 'c++[]': 'mimalloc' }]
  : [{}, { c: 'jemalloc' }];

const chosen = PROGRAMS.filter(
  ({ id, quick, verdict = 'clean' }) => verdict === 'clean' && (ALL ? quick : FEW.includes(id)),
);
if (!ALL)
  console.log(`healthy programs on other allocators: ${FEW.length} of them; \`npm run test:all\` runs all`);

const lacking = missingAllocators('jemalloc', ...(ALL ? ['mimalloc', 'tcmalloc'] : []));

describe.skipIf(lacking)('a healthy program', () => {
  let missing: Missing;
  beforeAll(async () => {
    missing = await installPrograms(chosen, () => {});
  }, 600_000);
  afterAll(removeSandbox);

  for (const program of chosen) {
    it(program.id, { timeout: ((program.timeout ?? 60) * 8 + 60) * 1000 }, async (context) => {
      const why = missing.get(program.id);
      if (why !== undefined) return context.skip(why);
      const bare = await runBare(program);
      for (const arrangement of ARRANGEMENTS) {
        const observed = await runArranged(program, arrangement);
        const wrong = [...differences(program, bare, observed), ...objections(program, observed.run)];
        wrong.push(...(observed.run.corruption ?? []).map(({ what }) => what));
        expect(wrong, `${program.command.join(' ')} with ${JSON.stringify(arrangement)}`).toEqual([]);
      }
    });
  }
});
