import { expect, it } from 'vitest';
import { specimen, trials } from './specimens.ts';

/** Of each, so many runs have to end alike. */
const REPEAT = process.env.CROSSFREE_TEST_ALL === '1' ? 10 : 3;

const WORSE = new Set(['silent', 'caught', 'crashed']);

it('three wrong releases are latent on glibc, and worse on every other allocator, each time alike', async () => {
  const program = await specimen('../lab/three-faults.rs');
  const allocators = ['glibc', 'jemalloc', 'mimalloc', 'tcmalloc', 'scudo'];
  const wanted = allocators.flatMap((rust) => Array(REPEAT).fill({ arrangement: { rust } }));
  const done = await trials([program], wanted);
  const cells = allocators.map((rust, cell) => ({
    rust,
    runs: done.slice(cell * REPEAT, (cell + 1) * REPEAT).map(({ run }) => run),
  }));
  for (const { rust, runs } of cells) {
    const ends = runs.map(({ verdict, outcome, findings }) =>
      JSON.stringify([verdict, outcome, findings.map(({ code, block }) => [code, block.address])]),
    );
    expect(new Set(ends).size, `${rust}: ${[...new Set(ends)].join(' | ')}`).toBe(1);
    const [first] = runs;
    if (rust === 'glibc') expect(first?.verdict).toBe('latent');
    else expect([...WORSE]).toContain(first?.verdict);
  }
});

it('what tcmalloc and scudo print before they abort is evidence', async () => {
  const program = await specimen('../lab/three-faults.rs');
  const wanted = ['tcmalloc', 'scudo'].map((rust) => ({ arrangement: { rust } }));
  const outcomes = (await trials([program], wanted)).map(({ run }) => run);
  expect(outcomes).toMatchObject([
    { verdict: 'caught', outcome: { message: expect.stringContaining('Attempt to free invalid pointer') } },
    {
      verdict: 'caught',
      outcome: { message: expect.stringContaining('Scudo ERROR: corrupted chunk header') },
    },
  ]);
});
