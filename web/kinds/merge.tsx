import { useMemo } from 'preact/hooks';
import type { Finding, Run } from '../../src/model/index.ts';
import { VERDICTS } from '../../src/model/index.ts';
import type { FindingGroup, NamedRun } from '../../src/report/account.ts';
import { outcomeText } from '../../src/report/outcome-text.ts';
import { printable } from '../../src/report/printable.ts';
import { counted } from '../../src/report/words.ts';
import type { Kind } from '../kind.ts';
import { DataTable } from '../parts/data-table.tsx';
import { Findings } from '../parts/findings.tsx';
import { toneOf, VerdictBadge } from '../parts/verdict.tsx';

/** A page of `crossfree/merge@1`: many runs, and each finding once with the runs that have it. */
export const MergePage: Kind = ({ data }) => {
  const { runs, groups } = data.result as unknown as { runs: NamedRun[]; groups: FindingGroup[] };
  const worst = VERDICTS.find((verdict) => runs.some(({ run }) => run.verdict === verdict)) ?? 'clean';
  const { run, having } = useMemo(() => together(runs, groups), [runs, groups]);
  return (
    <>
      <section class={`hero ${toneOf(worst)}`}>
        <h1>
          <VerdictBadge verdict={worst} />
          {counted(runs.length, 'run')}, {counted(groups.length, 'finding')}
        </h1>
        <p class="meaning">The worst of them. {data.words[worst]}</p>
      </section>
      {run.findings.length > 0 && (
        <Findings
          run={run}
          data={data}
          about={(finding) => {
            const names = having.get(finding) ?? [];
            return (
              <details>
                <summary>In {counted(names.length, 'run')}</summary>
                <ul class="names">
                  {names.map((name) => (
                    <li key={name}>{printable(name)}</li>
                  ))}
                </ul>
              </details>
            );
          }}
        />
      )}
      <section class="gaps">
        <h2>Runs</h2>
        <DataTable
          header={['run', 'verdict', 'ended', 'findings']}
          rows={runs.map(({ name, run: one }) => [
            printable(name),
            <VerdictBadge key="verdict" verdict={one.verdict} />,
            outcomeText(one.outcome),
            one.findings.length,
          ])}
        />
      </section>
    </>
  );
};

/** All findings in the form of one run's, and which runs have each. */
function together(runs: readonly NamedRun[], groups: readonly FindingGroup[]) {
  const having = new Map<Finding, readonly string[]>();
  const findings = groups.map(({ finding, count, runs: names }) => {
    const { pid: _ofOneRun, ...rest } = finding;
    const one: Finding = { ...rest, count };
    having.set(one, names);
    return one;
  });
  const [first] = runs;
  const run = { ...(first?.run as Run), findings };
  return { run, having };
}
