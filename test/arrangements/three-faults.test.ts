import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/plan/installation.ts';
import type { Matrix } from '../../src/search/matrix/result.ts';
import { crossfree } from '../crossfree.ts';
import { missing, specimen, trials } from './specimens.ts';

/** Of each, so many runs have to end alike. */
const REPEAT = process.env.CROSSFREE_TEST_ALL === '1' ? 10 : 3;

const WORSE = new Set(['silent', 'caught', 'crashed']);

describe.skipIf(missing('jemalloc', 'mimalloc', 'tcmalloc', 'scudo'))('three faults', () => {
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

  it('the matrix says so, with its evidence in the JSON', async () => {
    const program = await specimen('../lab/three-faults.rs');
    const folder = mkdtempSync(join(tmpdir(), 'crossfree-three-'));
    try {
      const json = join(folder, 'matrix.json');
      const { status, stdout } = crossfree([
        ...['matrix', '--worlds', 'rust', '--allocators', 'glibc,mimalloc,tcmalloc', '--repeat', '2'],
        ...['--json', json, '--', program],
      ]);
      expect(status).toBe(99);
      expect(stdout).toMatch(
        /^ {2}as it is +LATENT +exit 0 +2 alike +CF001 \[1\], CF001 \[2\], CF004 \[3\]$/m,
      );
      expect(stdout).toMatch(/^ {2}rust=mimalloc +(CRASHED|CAUGHT) .* 2 alike +CF001 \[1\]/m);
      const matrix = JSON.parse(readFileSync(json, 'utf8')) as Matrix;
      expect(matrix.cells.map(({ moved, distribution }) => [moved, distribution.length])).toEqual([
        [{}, 1],
        [{ rust: 'mimalloc' }, 1],
        [{ rust: 'tcmalloc' }, 1],
      ]);
      const [run] = matrix.cells[2]?.runs ?? [];
      expect(run?.arrangement).toMatchObject({ c: 'glibc', rust: 'tcmalloc' });
      expect(run?.printed.stderr.head).toContain('Attempt to free invalid pointer');
      expect(run?.findings[0]).toMatchObject({ code: 'CF001', worlds: { allocated: 'c', released: 'rust' } });
      const schema = JSON.parse(readFileSync(join(packageRoot(), 'schemas/matrix.schema.json'), 'utf8'));
      const validate = new Ajv().compile(schema);
      expect(validate(matrix), JSON.stringify(validate.errors)).toBe(true);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
