import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Shard } from '../search/shard.ts';
import type { Answer, Claim, Experiment, ExperimentReport, PageBlock } from './experiment.ts';
import { describeMachine, loadNow, type Machine } from './machine.ts';
import { missingTools } from './tools.ts';

/** What `crossfree lab --json` writes. */
export interface LabReport {
  schema: 'crossfree/lab@1';
  machine: Machine;
  /** True when `--quick` was asked for. */
  quick: boolean;
  /** Present when this is a part of a lab: which one. */
  shard?: Shard;
  experiments: ExperimentReport[];
}

export interface LabOptions {
  quick: boolean;
  /** Folder of the lab's specimen sources. */
  specimens: string;
  /** Where the experiments get their directories; exists, absolute. */
  scratch: string;
  progress(step: string): void;
  /** Called with each experiment's page as soon as it stands. */
  show(report: ExperimentReport, page: readonly PageBlock[]): void;
}

/** Runs the experiments one after the other; one that breaks off does not stop the others. */
export async function runLab(experiments: readonly Experiment[], options: LabOptions): Promise<LabReport> {
  const reports: ExperimentReport[] = [];
  const load = loadNow(); // before ours adds to it
  for (const experiment of experiments) {
    const { report, page } = await runExperiment(experiment, options);
    options.show(report, page);
    reports.push(report);
  }
  const tools = new Set(experiments.flatMap(({ needs, uses }) => [...needs, ...uses]));
  return {
    schema: 'crossfree/lab@1',
    machine: describeMachine([...tools], load),
    quick: options.quick,
    experiments: reports,
  };
}

async function runExperiment(
  experiment: Experiment,
  options: LabOptions,
): Promise<{ report: ExperimentReport; page: PageBlock[] }> {
  const { id, title, needs, uses } = experiment;
  const missing = missingTools([...needs, ...uses]);
  const unanswered = (why: string, error?: string): { report: ExperimentReport; page: PageBlock[] } => {
    const claims = experiment.claims.map((claim) => ({ ...claim, verdict: 'not-measurable' as const, why }));
    const report = { id, title, claims, data: null, missing };
    return { report: error === undefined ? report : { ...report, error }, page: [] };
  };
  const lacking = missing.filter(({ tool }) => needs.includes(tool));
  if (lacking.length > 0) return unanswered(`needs ${lacking.map(({ tool }) => tool).join(', ')}`);

  let directory: string | undefined;
  try {
    directory = await mkdtemp(join(options.scratch, `${id}-`));
    const { answers, page, data } = await experiment.run({ ...options, directory, missing });
    const claims = experiment.claims.map((claim) => ({ ...claim, ...answerTo(claim, answers) }));
    return { report: { id, title, claims, data, missing }, page };
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    return unanswered('the experiment broke off', words);
  } finally {
    if (directory !== undefined) await rm(directory, { recursive: true, force: true });
  }
}

function answerTo({ id }: Claim, answers: Readonly<Record<string, Answer>>): Answer {
  const answer = answers[id];
  if (answer === undefined) throw new Error(`the experiment left its claim \`${id}\` unanswered`);
  return answer;
}
