import { useState } from 'preact/hooks';
import type { PageData } from '../../src/report/html/page-data.ts';
import { printable } from '../../src/report/printable.ts';
import { counted, duration } from '../../src/report/words.ts';
import { arrangementText } from '../../src/search/matrix/arrangement-text.ts';
import type { Cell, CellRun, Matrix } from '../../src/search/matrix/result.ts';
import { outcomeWord } from '../../src/search/matrix/result.ts';
import type { PrintedText } from '../../src/search/trial.ts';
import { Findings } from './findings.tsx';
import { Corruptions, Crashes, Gaps } from './run-facts.tsx';
import { VerdictBadge } from './verdict.tsx';

/** What was seen in a cell: how its runs ended, and of the chosen one what it printed and did wrong. */
export function CellEvidence({ cell, matrix, data }: { cell: Cell; matrix: Matrix; data: PageData }) {
  const [at, setAt] = useState(0);
  const run = cell.runs[at];
  return (
    <>
      <h2>
        <VerdictBadge verdict={cell.verdict} /> {printable(arrangementText(cell.moved))}
      </h2>
      <ul class="facts">
        {Object.entries(cell.arrangement).map(([world, allocator]) => (
          <li key={world}>
            <b>{printable(allocator)}</b> {printable(world)}
          </li>
        ))}
        {cell.distribution.map(({ verdict, outcome, count }) => (
          <li key={`${verdict} ${outcome}`}>
            <b>
              {count} × {verdict}
            </b>
            {printable(outcome)}
          </li>
        ))}
      </ul>
      {cell.notMoved?.map(({ world, reason }) => (
        <p key={world} class="doubt">
          {printable(world)} did not move: {printable(reason)}
        </p>
      ))}
      {cell.runs.length < matrix.repeat && (
        <p class="doubt">
          {cell.runs.length} of {counted(matrix.repeat, 'run')} were made.
        </p>
      )}
      <fieldset class="chips runs">
        <legend class="unseen">Runs of this cell</legend>
        {cell.runs.map((one, index) => (
          <button key={index} type="button" aria-pressed={index === at} onClick={() => setAt(index)}>
            run {index + 1} <small>{outcomeWord(one)}</small>
          </button>
        ))}
      </fieldset>
      {run && <RunEvidence key={at} run={run} data={data} />}
    </>
  );
}

function RunEvidence({ run, data }: { run: CellRun; data: PageData }) {
  const message = run.outcome.kind === 'signal' ? run.outcome.message : undefined;
  return (
    <>
      <p class="said">
        {run.verdict}, {outcomeWord(run)}, after {duration(run.wallMs)}, {Math.round(run.peak / 2 ** 20)} MiB
        {run.orphans > 0 && `, ${counted(run.orphans, 'process', 'processes')} left behind`}
      </p>
      {message !== undefined && <pre class="printed">{printable(message.trim())}</pre>}
      <Crashes run={run} data={data} />
      <Corruptions run={run} />
      {run.findings.length > 0 && <Findings run={run} data={data} />}
      <Printed name="standard output" text={run.printed?.stdout} />
      <Printed name="standard error" text={run.printed?.stderr} />
      <Gaps gaps={run.observed.gaps} cwd={data.cwd} />
    </>
  );
}

function Printed({ name, text }: { name: string; text: PrintedText | undefined }) {
  if (!text || (text.head === '' && !text.tail)) return null;
  const middle = text.dropped ? `\n… ${text.dropped} bytes …\n` : '';
  return (
    <details>
      <summary>What it printed: {name}</summary>
      <pre class="printed">
        {(text.head + middle + (text.tail ?? '')).split('\n').map(printable).join('\n')}
      </pre>
    </details>
  );
}
