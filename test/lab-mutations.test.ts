/**
 * Experiments broken on purpose, in their real sources: a constant of a decoder, a specimen for its healthy twin, a
 * measuring program. What they say then is not what they said before. lab-mixing.test.ts has more of the second kind.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Answer } from '../src/lab/experiment.ts';
import { missingTools } from '../src/lab/tools.ts';
import { packageRoot } from '../src/plan/installation.ts';
import { report, verdicts } from './lab-verdicts.ts';

vi.setConfig({ testTimeout: 300_000 });

const [noCompiler] = missingTools(['gcc']);
if (noCompiler) console.warn(`the mutations are skipped: ${noCompiler.install}`);

let folder = '';
let mutations = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crossfree-mutations-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What an experiment concludes from data, with one of its source files (below `src/`) changed. */
async function concluded(
  id: string,
  file: string,
  from: string,
  to: string,
  data: unknown,
): Promise<string[]> {
  const outfile = join(folder, `${mutations++}.mjs`); // a module is loaded once
  await build({
    entryPoints: [join(packageRoot(), 'src/lab/experiments', `${id}.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    plugins: [
      {
        name: 'mutation',
        setup({ onLoad }) {
          onLoad({ filter: /\.ts$/ }, ({ path }) => {
            if (path !== join(packageRoot(), 'src', file)) return undefined;
            const before = readFileSync(path, 'utf8');
            const contents = before.replace(from, to);
            expect(contents).not.toBe(before);
            return { contents, loader: 'ts' };
          });
        },
      },
    ],
  });
  const { experiment } = await import(pathToFileURL(outfile).href);
  const { answers } = experiment.conclude(data) as { answers: Record<string, Answer> };
  return Object.entries(answers).map(([name, { verdict }]) => `${name}: ${verdict}`);
}

describe.skipIf(noCompiler)('a wrong constant in a decoder', () => {
  it('of addresses: what held is refuted', async () => {
    const { claims, data } = await report('page-walk');
    const sound = claims.map(({ id, verdict }) => `${id}: ${verdict}`);
    expect(sound).toEqual(expect.arrayContaining(['pml4: refuted', 'pt: holds', 'offset: holds']));
    const file = 'evidence/page-walk.ts';
    const index = await concluded('page-walk', file, 'INDEX_BITS = 9n', 'INDEX_BITS = 8n', data);
    expect(index).toEqual(sound.map((each) => each.replace('pt: holds', 'pt: refuted')));
    const offset = await concluded('page-walk', file, 'OFFSET_BITS = 12n', 'OFFSET_BITS = 8n', data);
    expect(offset).toContain('offset: refuted');
  });

  it('of chunk headers: what held is refuted', async () => {
    const { claims, data } = await report('chunk-header');
    const sound = claims.map(({ id, verdict }) => `${id}: ${verdict}`);
    expect(sound).toContain('word: holds');
    const file = 'lab/experiments/chunk-header.ts';
    const broken = await concluded('chunk-header', file, 'PREV_INUSE = 1', 'PREV_INUSE = 8', data);
    expect(broken).toContain('word: refuted');
  });
});

describe.skipIf(noCompiler)('a measuring program that does not measure', () => {
  it('asks for the size instead of looking it up: the size classes are refuted', async () => {
    expect(await verdicts('size-classes')).toContain('usable: holds');
    const change = { file: 'heap-facts.c', from: 'malloc_usable_size(made)', to: 'size' };
    expect(await verdicts('size-classes', change)).toContain('usable: refuted');
  });

  it.skipIf(availableParallelism() < 2)(
    'puts both counters apart always: one line does no harm',
    async () => {
      const change = {
        file: 'timed/false-sharing.c',
        from: '(size_t)i * distance',
        to: '(size_t)i * 256 + 0 * distance',
      };
      expect(await verdicts('false-sharing', change)).toContain('ratio: refuted');
    },
  );
});
