import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compare } from './answer.ts';
import { type Experiment, measured } from './experiment.ts';
import { runLab } from './lab-report.ts';
import { notebook } from './notebook.ts';
import { openRecord, recompute, recordExperiment, recordReport } from './record.ts';

/** Holds while the scale shows seven. */
const scales: Experiment = measured<{ grams: number }>({
  id: 'scales',
  title: 'What a thing weighs',
  needs: [],
  uses: [],
  claims: [{ id: 'seven', source: 'A', claimed: 7 }],
  measure: async () => ({ grams: 7 }),
  answersOf: ({ grams }) => ({ seven: compare(grams, 7, 'it was *weighed*') }),
  pageOf: ({ grams }) => [{ kind: 'figure', title: 'The scale', lines: [`|${grams}|`] }],
});

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crossfree-record-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function recorded(): Promise<void> {
  const report = await runLab([scales], {
    quick: false,
    specimens: '/nowhere',
    scratch: folder,
    progress: () => {},
    show: (experiment, page) => recordExperiment(folder, experiment, page),
  });
  recordReport(folder, report);
}

describe('a recorded lab', () => {
  it('gives the same answers again', async () => {
    await recorded();
    const { report, pages } = recompute(folder, [scales]);
    expect(report).toEqual(JSON.parse(readFileSync(join(folder, 'lab.json'), 'utf8')));
    expect(pages.scales).toEqual([{ kind: 'figure', title: 'The scale', lines: ['|7|'] }]);
  });

  it('gives others when its data is changed: they are recomputed, not repeated', async () => {
    await recorded();
    writeFileSync(join(folder, 'scales/data.json'), '{"grams": 8}');
    const { report } = recompute(folder, [scales]);
    expect(report.experiments[0]?.claims).toMatchObject([{ measured: 8, verdict: 'refuted' }]);
  });

  it('is refused when it is none, or of an experiment that is not known', async () => {
    expect(() => recompute(folder)).toThrow('ENOENT');
    writeFileSync(join(folder, 'lab.json'), '{}');
    expect(() => recompute(folder)).toThrow('is no result of a lab');
    await recorded();
    expect(() => recompute(folder, [])).toThrow('not known: scales');
  });

  it('as a notebook says the machine, the claims and what was seen', async () => {
    await recorded();
    const text = notebook(recompute(folder, [scales]));
    expect(text).toMatch(/^# The lab notebook\n[\s\S]*On .* cores, .*glibc/);
    expect(text).toContain('1 claim: 1 holds, 0 differs, 0 refuted, 0 not-measurable.');
    expect(text).toContain('| seven | A | 7 | the same | holds |');
    expect(text).toContain('```\n|7|\n```');
    expect(text).toContain('- **seven** holds: it was \\*weighed\\*');
  });
});

describe('the folder of a record', () => {
  it('gives up an earlier result', async () => {
    await recorded();
    openRecord(folder, [scales]);
    expect(() => recompute(folder, [scales])).toThrow('ENOENT');
  });

  it('is not taken from anything else', () => {
    writeFileSync(join(folder, 'thesis.tex'), '');
    expect(() => openRecord(folder, [scales])).toThrow('thesis.tex');
  });
});
