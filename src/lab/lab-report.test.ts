import { existsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { Experiment, Workbench } from './experiment.ts';
import { runLab } from './lab-report.ts';

const CLAIM = { id: 'one', source: 'crossfree', claimed: 1 } as const;
const ANSWER = { measured: 1, verdict: 'holds', why: 'counted' } as const;

function made(id: string, run: Experiment['run'], rest: Partial<Experiment> = {}): Experiment {
  return { id, title: `about ${id}`, needs: [], uses: [], claims: [CLAIM], run, ...rest };
}

const lab = (...experiments: Experiment[]) =>
  runLab(experiments, {
    quick: false,
    specimens: '/nowhere',
    scratch: tmpdir(),
    progress: () => {},
    show: () => {},
  });

describe('runLab', () => {
  it('sets what was measured beside what was claimed', async () => {
    const good = made('good', async () => ({ answers: { one: ANSWER }, page: [], data: { figure: 1 } }));
    const { schema, experiments } = await lab(good);
    expect(schema).toBe('crossfree/lab@1');
    expect(experiments).toEqual([
      {
        id: 'good',
        title: 'about good',
        claims: [{ ...CLAIM, ...ANSWER }],
        data: { figure: 1 },
        missing: [],
      },
    ]);
  });

  it('goes on after an experiment that breaks off, and says what went wrong', async () => {
    const broken = made('broken', async () => {
      throw new Error('no such gadget');
    });
    const good = made('good', async () => ({ answers: { one: ANSWER }, page: [], data: null }));
    const { experiments } = await lab(broken, good);
    expect(experiments).toMatchObject([
      { id: 'broken', error: 'no such gadget', claims: [{ id: 'one', verdict: 'not-measurable' }] },
      { id: 'good', claims: [{ verdict: 'holds' }] },
    ]);
  });

  it('goes on after an experiment that gets no folder', async () => {
    const run = vi.fn();
    const shown: string[] = [];
    const { experiments } = await runLab([made('a', run), made('b', run)], {
      quick: false,
      specimens: '/nowhere',
      scratch: '/no/such/folder',
      progress: () => {},
      show: ({ id }) => shown.push(id),
    });
    expect(run).not.toHaveBeenCalled();
    expect(shown).toEqual(['a', 'b']);
    for (const { error } of experiments) expect(error).toContain('ENOENT');
  });

  it('takes an unanswered claim for a broken experiment', async () => {
    const { experiments } = await lab(made('lazy', async () => ({ answers: {}, page: [], data: null })));
    expect(experiments[0]).toMatchObject({ error: 'the experiment left its claim `one` unanswered' });
  });

  it('does not start what lacks a tool that it needs, and names the line that installs it', async () => {
    vi.stubEnv('PATH', '/nonexistent');
    const run = vi.fn();
    const { experiments } = await lab(made('rusty', run, { needs: ['rustc'] }));
    vi.unstubAllEnvs();
    expect(run).not.toHaveBeenCalled();
    expect(experiments[0]).toMatchObject({
      claims: [{ id: 'one', claimed: 1, verdict: 'not-measurable', why: 'needs rustc' }],
      missing: [{ tool: 'rustc', install: expect.stringContaining('apt-get install') }],
    });
    expect(experiments[0]?.error).toBeUndefined();
  });

  it('tells an experiment which of its further tools it does without', async () => {
    vi.stubEnv('PATH', '/nonexistent');
    const run = vi.fn(async (_: Workbench) => ({ answers: { one: ANSWER }, page: [], data: null }));
    await lab(made('curious', run, { uses: ['valgrind'] }));
    vi.unstubAllEnvs();
    expect(run.mock.calls[0]?.[0].missing.map(({ tool }) => tool)).toEqual(['valgrind']);
  });

  it('gives each experiment a directory of its own and removes it', async () => {
    const seen: string[] = [];
    const messy = (id: string) =>
      made(id, async ({ directory }) => {
        seen.push(directory);
        writeFileSync(join(directory, 'left behind'), '');
        return { answers: { one: ANSWER }, page: [], data: null };
      });
    await lab(messy('a'), messy('b'));
    expect(new Set(seen).size).toBe(2);
    expect(seen.map((directory) => existsSync(directory))).toEqual([false, false]);
  });
});
