import type { Finding, Gap, Run } from '../model/index.ts';
import { fingerprint } from './fingerprint.ts';

/** One run among those of a result: its only one, a cell's, a shard's. */
export interface NamedRun {
  /** What tells it from the others. */
  name: string;
  run: Run;
}

/** The same fault wherever it was seen. */
export interface FindingGroup {
  fingerprint: string;
  /** One of them in full, a proven one if there is any. */
  finding: Finding;
  /** How often the act took place, over all runs. */
  count: number;
  /** Names of the runs that have it, in their order. */
  runs: string[];
  /** In the baseline; absent where none was given. */
  known?: boolean;
}

/** `broken`: it could not be carried out. `skipped`: nothing could be said. */
export type CheckState = 'passed' | 'failed' | 'broken' | 'skipped';

/** Something that went well or not: a run, a cell, a claim. */
export interface Check {
  /** What it belongs to. */
  suite: string;
  name: string;
  state: CheckState;
  /** The word for it: a verdict. */
  verdict: string;
  /** One line. */
  summary: string;
  /** What a person reads, several lines; may be empty. */
  text: string;
}

/** What every format tells, whatever kind of result it is made from. */
export interface Account {
  /** The command and the program: `crossfree run ./app`. */
  title: string;
  checks: Check[];
  groups: FindingGroup[];
  runs: NamedRun[];
  gaps: Gap[];
}

/** The findings of several runs by their fingerprint, in the order in which they first appear. */
export function groupFindings(runs: readonly NamedRun[]): FindingGroup[] {
  const groups = new Map<string, FindingGroup>();
  for (const { name, run } of runs) {
    for (const finding of run.findings) {
      const id = fingerprint(finding);
      const group = groups.get(id);
      if (!group) {
        groups.set(id, { fingerprint: id, finding, count: finding.count, runs: [name] });
        continue;
      }
      group.count += finding.count;
      if (group.runs.at(-1) !== name) group.runs.push(name);
      if (group.finding.certainty === 'possible' && finding.certainty === 'proven') group.finding = finding;
    }
  }
  return [...groups.values()];
}

/** The gaps of several runs, each once. */
export function gapsOf(runs: readonly NamedRun[]): Gap[] {
  const gaps = new Map<string, Gap>();
  for (const { run } of runs) {
    for (const gap of run.observed.gaps) gaps.set(JSON.stringify([gap.module, gap.reason]), gap);
  }
  return [...gaps.values()];
}
