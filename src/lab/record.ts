import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { misshapenPart } from '../report/shape.ts';
import { CATALOGUE } from './catalogue.ts';
import type { Answer, Conclusion, Experiment, ExperimentReport, PageBlock } from './experiment.ts';
import type { LabReport } from './lab-report.ts';

/** A lab that has run: its report and the page of each experiment, by id. */
export interface Recorded {
  report: LabReport;
  pages: Record<string, PageBlock[]>;
}

const REPORT = 'lab.json';
const DATA = 'data.json';
const PAGE = 'page.json';

/**
 * Makes `directory` ready for a result: it is new, empty, or holds an earlier one, which it gives up.
 * @throws Error that says what it holds instead
 */
export function openRecord(directory: string, catalogue = CATALOGUE): void {
  mkdirSync(directory, { recursive: true });
  const known = [REPORT, ...catalogue.map(({ id }) => id)];
  const names = readdirSync(directory);
  const stranger = names.find((name) => !known.includes(name));
  if (stranger !== undefined) throw new Error(`it holds something that is no result of a lab (${stranger})`);
  for (const name of names) rmSync(join(directory, name), { recursive: true });
}

/** Keeps an experiment's data and page in a folder of its own. */
export function recordExperiment(
  directory: string,
  { id, data }: ExperimentReport,
  page: readonly PageBlock[],
): void {
  mkdirSync(join(directory, id), { recursive: true });
  writeFileSync(join(directory, id, DATA), asText(data));
  writeFileSync(join(directory, id, PAGE), asText(page));
}

export function recordReport(directory: string, report: LabReport): void {
  writeFileSync(join(directory, REPORT), asText(report));
}

/**
 * Reads a kept result and draws its conclusions again from the data, for every experiment that can;
 * of the others what was concluded at the time stands.
 * @throws Error when the folder holds no such result
 */
export function recompute(directory: string, catalogue = CATALOGUE): Recorded {
  const report = read(join(directory, REPORT)) as LabReport;
  if (report?.schema !== 'crossfree/lab@1' || !Array.isArray(report.experiments)) {
    throw new Error(`${REPORT} is no result of a lab`);
  }
  const pages: Record<string, PageBlock[]> = {};
  const experiments = report.experiments.map((kept) => {
    const experiment = catalogue.find(({ id }) => id === kept.id);
    if (experiment === undefined)
      throw new Error(`${REPORT} holds an experiment that is not known: ${kept.id}`);
    if (kept.data === null || experiment.conclude === undefined) {
      pages[kept.id] = asPage(kept.id, read(join(directory, experiment.id, PAGE)));
      return kept;
    }
    const data = read(join(directory, experiment.id, DATA));
    const { answers, page } = concluded(experiment, data);
    pages[kept.id] = asPage(kept.id, JSON.parse(JSON.stringify(page)));
    return { ...kept, claims: claimsWith(experiment, answers), data };
  });
  return { report: { ...report, experiments }, pages };
}

/** Data that came from elsewhere may be anything, and then it does not hold what the conclusions need. */
function concluded({ id, conclude }: Experiment, data: unknown): Conclusion {
  try {
    return conclude?.(data) ?? { answers: {}, page: [] };
  } catch {
    throw new Error(`nothing follows from what ${id}/${DATA} holds: it is not what the experiment measured`);
  }
}

function asPage(id: string, page: unknown): PageBlock[] {
  const part = misshapenPart('page', page);
  if (part !== undefined)
    throw new Error(`the page of ${id} is none${part === '' ? '' : `, at \`${part}\``}`);
  return page as PageBlock[];
}

function claimsWith({ claims, id }: Experiment, answers: Record<string, Answer>): ExperimentReport['claims'] {
  return claims.map((claim) => {
    const answer = answers[claim.id];
    if (answer === undefined) throw new Error(`\`${id}\` left its claim \`${claim.id}\` unanswered`);
    return { ...claim, ...answer };
  });
}

function read(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}

function asText(value: unknown): string {
  return `${JSON.stringify(value, undefined, 1)}\n`;
}
