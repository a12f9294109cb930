import type { Answer, Claim, ClaimValue, ExperimentReport, PageBlock } from '../../src/lab/experiment.ts';
import type { LabReport } from '../../src/lab/lab-report.ts';
import { pageOf } from '../../src/lab/pages.ts';
import type { PageData } from '../../src/report/html/page-data.ts';
import { printable } from '../../src/report/printable.ts';
import { counted } from '../../src/report/words.ts';
import type { Kind } from '../kind.ts';
import { DataTable } from '../parts/data-table.tsx';
import { Findings } from '../parts/findings.tsx';
import { PlotFigure } from '../parts/plot.tsx';
import { RunHead } from '../parts/run-facts.tsx';
import { VerdictBadge } from '../parts/verdict.tsx';

const VERDICTS = ['holds', 'differs', 'refuted', 'not-measurable'] as const;

/** A page of `crossfree/lab@1`: the claims, and every experiment with what it measured. */
export const LabPage: Kind = ({ data }) => {
  const { experiments, machine, quick } = data.result as LabReport;
  const claims = experiments.flatMap((experiment) => experiment.claims);
  return (
    <>
      <section class="hero lab">
        <h1>The laboratory</h1>
        <p class="meaning">
          {counted(experiments.length, 'experiment')} on {printable(machine.processor)}, {machine.cores}{' '}
          cores, {printable(machine.system)}, Linux {printable(machine.kernel)}, glibc{' '}
          {printable(machine.glibc)}.{quick && ' A quick run, which leaves out a part.'}
        </p>
        <ul class="facts">
          {VERDICTS.map((verdict) => (
            <li key={verdict}>
              <b>{claims.filter((claim) => claim.verdict === verdict).length}</b>{' '}
              <VerdictBadge verdict={verdict} />
            </li>
          ))}
        </ul>
      </section>
      <nav class="contents" aria-label="Experiments">
        {experiments.map(({ id }) => (
          <a key={id} href={`#${id}`}>
            {id}
          </a>
        ))}
      </nav>
      {experiments.map((experiment) => (
        <Experiment key={experiment.id} experiment={experiment} data={data} />
      ))}
    </>
  );
};

function Experiment({ experiment, data }: { experiment: ExperimentReport; data: PageData }) {
  const { id, title, claims, missing, error } = experiment;
  const blocks = pageOf((data.pages ?? {}) as Record<string, PageBlock[]>, id);
  return (
    <section class="experiment" id={id}>
      <h2>
        {title} <code>{id}</code>
      </h2>
      {error !== undefined && <p class="doubt">It broke off: {printable(error)}</p>}
      {missing.length > 0 && (
        <p class="doubt">
          Not on this machine: {missing.map(({ tool, install }) => `${tool} (${install})`).join('; ')}
        </p>
      )}
      {claims.length > 0 && <Claims claims={claims} />}
      {blocks.map((block, index) => (
        <Block key={index} block={block} data={data} />
      ))}
    </section>
  );
}

function Claims({ claims }: { claims: readonly (Claim & Answer)[] }) {
  return (
    <DataTable
      header={['verdict', 'source', 'claimed', 'measured', 'why']}
      rows={claims.map(({ verdict, source, claimed, measured, why }) => [
        <VerdictBadge key="verdict" verdict={verdict} />,
        printable(source),
        valueText(claimed),
        measured === undefined ? '' : valueText(measured),
        printable(why),
      ])}
    />
  );
}

function valueText(value: ClaimValue): string {
  return Array.isArray(value) ? value.map(valueText).join('; ') : printable(String(value));
}

function Block({ block, data }: { block: PageBlock; data: PageData }) {
  switch (block.kind) {
    case 'text':
      return <p class="said">{printable(block.text)}</p>;
    case 'table':
      return (
        <DataTable header={block.header.map(printable)} rows={block.rows.map((row) => row.map(printable))} />
      );
    case 'plot':
      return <PlotFigure plot={block} />;
    case 'figure':
      return (
        <figure class="lines">
          <figcaption>{printable(block.title)}</figcaption>
          <pre>{block.lines.map(printable).join('\n')}</pre>
        </figure>
      );
    case 'report':
      return (
        <details class="report">
          <summary>{printable(block.title)}</summary>
          <RunHead run={block.run} data={data} />
          {block.run.findings.length > 0 && <Findings run={block.run} data={data} />}
        </details>
      );
  }
}
