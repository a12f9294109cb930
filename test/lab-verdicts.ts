import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { selectExperiments } from '../src/lab/catalogue.ts';
import type { ExperimentReport } from '../src/lab/experiment.ts';
import { runLab } from '../src/lab/lab-report.ts';
import { packageRoot } from '../src/plan/installation.ts';

const SPECIMENS = join(packageRoot(), 'specimens/lab');

/** A change of one source among the specimens. */
export interface Change {
  file: string;
  from: string | RegExp;
  to: string;
}

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crossfree-experiments-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs one experiment, roughly, with a source of its specimens changed. */
export async function report(id: string, change?: Change): Promise<ExperimentReport> {
  const specimens = mkdtempSync(join(folder, 'specimens-'));
  cpSync(SPECIMENS, specimens, { recursive: true });
  if (change) {
    const path = join(specimens, change.file);
    const before = readFileSync(path, 'utf8');
    const after = before.replace(change.from, change.to);
    expect(after).not.toBe(before);
    writeFileSync(path, after);
  }
  const { experiments } = await runLab(selectExperiments([id]), {
    quick: true,
    specimens,
    scratch: folder,
    progress: () => {},
    show: () => {},
  });
  expect(experiments.map(({ error }) => error)).toEqual([undefined]);
  return experiments[0] as ExperimentReport;
}

/** The verdict of each claim of an experiment, `id: verdict`. */
export async function verdicts(id: string, change?: Change): Promise<string[]> {
  return (await report(id, change)).claims.map((claim) => `${claim.id}: ${claim.verdict}`);
}
