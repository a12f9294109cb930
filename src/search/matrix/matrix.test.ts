import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Run } from '../../model/index.ts';
import { cleanRun, vecFromMalloc } from '../../report/run.fixture.ts';
import type { Trial, TrialRun } from '../trial.ts';
import { runMatrix } from './matrix.ts';
import { renderMatrix } from './render.ts';
import { CannotResume, type MatrixPlan, Store } from './store.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crossfree-matrix-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const plan: MatrixPlan = {
  command: ['./app'],
  program: { path: '/app', sha256: 'a' },
  worlds: ['rust'],
  allocators: ['glibc', 'jemalloc', 'mimalloc'],
  repeat: 3,
  seed: 1,
  addresses: 'same',
  cells: [{}, { rust: 'jemalloc' }, { rust: 'mimalloc' }],
};

/** A program that is latent as it is, dies two times of three on jemalloc, and cannot be moved onto mimalloc. */
function program() {
  const trials: Trial[] = [];
  const run = async (trial: Trial): Promise<TrialRun> => {
    trials.push(trial);
    const on = trial.arrangement?.rust;
    const crash =
      on === 'jemalloc' && trials.filter(({ arrangement }) => arrangement?.rust === on).length !== 2;
    const told: Run = {
      ...cleanRun(),
      findings: [vecFromMalloc()],
      arrangement: { c: 'glibc', rust: on === 'jemalloc' ? on : 'glibc' },
      verdict: crash ? 'crashed' : 'latent',
      outcome: crash ? { kind: 'signal', signal: 'SIGSEGV' } : { kind: 'exit', code: 0 },
    };
    return {
      run: told,
      printed: { stdout: { head: '' }, stderr: { head: '' } },
      wallMs: 1,
      peak: 1,
      orphans: 0,
      addresses: 'same',
    };
  };
  return { run, trials };
}

const around = { jobs: 2, progress: () => {}, stopped: () => false };

it('gives each cell its worst verdict, how its runs differ, and what did not move', async () => {
  const { cells, complete } = await runMatrix(plan, { ...around, run: program().run });
  expect(complete).toBe(true);
  expect(cells.map(({ verdict }) => verdict)).toEqual(['latent', 'latent', 'latent']);
  expect(cells[1]?.distribution).toEqual([
    { verdict: 'crashed', outcome: 'SIGSEGV', count: 2 },
    { verdict: 'latent', outcome: 'exit 0', count: 1 },
  ]);
  expect(cells.map(({ notMoved }) => notMoved?.[0]?.reason)).toEqual([
    undefined,
    undefined,
    'it stayed on glibc',
  ]);
});

it('shows a line a cell, and each finding once', async () => {
  const matrix = await runMatrix(plan, { ...around, run: program().run });
  const text = renderMatrix(matrix, { colour: false, cwd: '/', verbose: false });
  expect(text).toMatch(/^ {2}as it is +LATENT +exit 0 +3 alike +CF001 \[1\]$/m);
  expect(text).toMatch(
    /^ {2}rust=jemalloc +LATENT +2× crashed SIGSEGV, 1× latent exit 0 +2 of 3 alike +CF001 \[1\]$/m,
  );
  expect(text).toContain('rust=mimalloc: rust did not move: it stayed on glibc');
  expect(text.match(/^\[\d+\]$/gm)).toEqual(['[1]']);
});

it('says why a world did not move, and where it moved in part only', async () => {
  const run = async (trial: Trial) => {
    const done = await program().run(trial);
    const reason = 'the world rust stays on its allocator: it is inlined';
    const observed = { ...done.run.observed, gaps: [{ module: '/app', reason, remedy: '' }] };
    return { ...done, run: { ...done.run, observed } };
  };
  const { cells } = await runMatrix(plan, { ...around, run });
  expect(cells.map(({ notMoved }) => notMoved?.[0]?.reason)).toEqual([
    undefined,
    'it is inlined',
    'it stayed on glibc: it is inlined',
  ]);
  expect(cells.map(({ notMoved }) => notMoved?.[0]?.partly)).toEqual([undefined, true, undefined]);
});

it('shows no more findings than anybody reads, and says how many there are', async () => {
  const run = async (trial: Trial) => {
    const done = await program().run(trial);
    const findings = Array.from({ length: 30 }, (_, index) => ({
      ...vecFromMalloc(),
      death: { thread: 1, stack: [{ module: '/app', offset: `0x${index}` }] },
    }));
    return { ...done, run: { ...done.run, findings } };
  };
  const matrix = await runMatrix(plan, { ...around, run });
  const text = renderMatrix(matrix, { colour: false, cwd: '/', verbose: false });
  expect(text.match(/^\[\d+\]$/gm)).toHaveLength(20);
  expect(text).toMatch(/^ {2}as it is .* CF001 \[1\], .*CF001 \[5\], … 25 more$/m);
  expect(text).toMatch(/^… 10 more findings: --json FILE has all of them$/m);
});

it('goes on where it was interrupted, and makes no run twice', async () => {
  const store = new Store(join(folder, 'out'));
  store.begin(plan);
  const before = program();
  const broken = await runMatrix(plan, {
    ...around,
    jobs: 1,
    run: before.run,
    store,
    stopped: () => before.trials.length >= 4,
  });
  expect([broken.complete, before.trials.length]).toEqual([false, 4]);
  const [half] = readdirSync(join(folder, 'out/runs'));
  writeFileSync(join(folder, 'out/runs', half ?? ''), '{"schema":'); // the machine failed while it was written
  const after = program();
  new Store(join(folder, 'out')).expect(plan);
  const whole = await runMatrix(plan, { ...around, run: after.run, store });
  expect([whole.complete, after.trials.length]).toEqual([true, 6]);
  expect(whole.cells.map(({ runs }) => runs.length)).toEqual([3, 3, 3]);
});

it('takes over no results of another program, and begins in no folder that holds something', () => {
  const store = new Store(folder);
  store.begin(plan);
  expect(() => store.begin(plan)).toThrow(CannotResume);
  expect(() => store.expect({ ...plan, program: { path: '/app', sha256: 'b' } })).toThrow('another build');
  expect(() => store.expect({ ...plan, repeat: 4 })).toThrow('another `repeat`: 3, not 4');
  expect(() => new Store(join(folder, 'runs')).expect(plan)).toThrow('holds no matrix');
});
