import { isDeepStrictEqual } from 'node:util';
import { CATALOGUE } from './catalogue.ts';
import type { ExperimentReport } from './experiment.ts';
import type { LabReport } from './lab-report.ts';
import type { Recorded } from './record.ts';

/** One part of a lab: where it was kept, its report, and the pages, where they were kept with it. */
export interface LabPart extends Recorded {
  name: string;
}

/**
 * Parts of a lab as one, in the order of the catalogue. An experiment that ran on another machine than the first
 * part says so. Throws an error when two parts have the same experiment.
 */
export function mergeLabs(parts: readonly LabPart[]): Recorded {
  const [first] = parts;
  if (!first) throw new Error('there is nothing to merge');
  const from = new Map<string, LabPart>();
  for (const part of parts) {
    for (const { id } of part.report.experiments) {
      const other = from.get(id);
      if (other) throw new Error(`${other.name} and ${part.name} both have the experiment \`${id}\``);
      from.set(id, part);
    }
  }
  const order = (id: string) => CATALOGUE.findIndex((experiment) => experiment.id === id);
  const experiments = parts
    .flatMap(({ report }) => report.experiments.map((one) => onMachine(one, report, first.report)))
    .sort((a, b) => order(a.id) - order(b.id));
  const { shard: _part, ...whole } = first.report;
  return {
    report: { ...whole, quick: parts.some(({ report }) => report.quick), experiments },
    pages: Object.assign({}, ...parts.map(({ pages }) => pages)),
  };
}

function onMachine(experiment: ExperimentReport, { machine }: LabReport, first: LabReport): ExperimentReport {
  const { tools: _own, ...here } = machine;
  const { tools: _other, ...there } = first.machine;
  return isDeepStrictEqual(here, there) ? experiment : { machine, ...experiment };
}
