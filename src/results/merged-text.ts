import { align } from '../report/columns.ts';
import { viewFinding } from '../report/finding-view.ts';
import { outcomeText } from '../report/outcome-text.ts';
import { painter } from '../report/paint.ts';
import { printable } from '../report/printable.ts';
import { counted } from '../report/words.ts';
import type { MergedRuns } from './result.ts';

/** A line for each run, then each finding once, with the runs that have it. Ends with a newline. */
export function renderMerged(
  { runs, groups }: MergedRuns,
  { colour, cwd, verbose = false }: { colour: boolean; cwd: string; verbose?: boolean },
): string {
  const paint = painter(colour);
  const rows = runs.map(({ name, run }) => [
    printable(name),
    paint('bold', run.verdict.toUpperCase()),
    outcomeText(run.outcome),
    counted(run.findings.length, 'finding'),
  ]);
  const told = groups.flatMap(({ finding, count, runs: having, fingerprint }) => {
    const run = runs.find(({ name }) => name === having[0])?.run;
    if (!run) return [];
    const { pid: _ofOneRun, ...once } = finding;
    return [
      '',
      ...viewFinding({ ...once, count }, run, { paint, cwd, verbose }),
      `  in ${counted(having.length, 'run')}: ${printable(having.join(', '))} · fingerprint ${fingerprint}`,
    ];
  });
  const head = `crossfree merge   ${counted(runs.length, 'run')} · ${counted(groups.length, 'finding')}`;
  return `${[head, '', ...align(rows).map((line) => `  ${line}`), ...told].join('\n')}\n`;
}
