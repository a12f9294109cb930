import { useMemo, useRef, useState } from 'preact/hooks';
import { VERDICTS } from '../../src/model/index.ts';
import { printable } from '../../src/report/printable.ts';
import { counted } from '../../src/report/words.ts';
import { heatMapOf } from '../../src/search/matrix/heat-map.ts';
import type { Cell, Matrix } from '../../src/search/matrix/result.ts';
import type { Kind } from '../kind.ts';
import { CellEvidence } from '../parts/cell-evidence.tsx';
import { HeatMapGrid } from '../parts/heat-map.tsx';
import { toneOf, VerdictBadge } from '../parts/verdict.tsx';

/** A page of `crossfree/matrix@1`: a heat map whose cells open what was seen in them. */
export const MatrixPage: Kind = ({ data }) => {
  const matrix = data.result as Matrix;
  const { cells } = matrix;
  const map = useMemo(() => heatMapOf(matrix), [matrix]);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [chosen, setChosen] = useState<Cell | undefined>(
    cells.find(({ verdict }) => verdict !== 'clean') ?? cells[0],
  );
  const evidence = useRef<HTMLElement>(null);
  const counts = VERDICTS.map(
    (verdict) => [verdict, cells.filter((cell) => cell.verdict === verdict).length] as const,
  );
  const open = (cell: Cell) => {
    setChosen(cell);
    evidence.current?.focus();
    evidence.current?.scrollIntoView({ block: 'nearest' });
  };
  const toggle = (verdict: string) => {
    const next = new Set(hidden);
    if (!next.delete(verdict)) next.add(verdict);
    setHidden(next);
  };
  return (
    <>
      <MatrixHead matrix={matrix} words={data.words} />
      <section class="heat" aria-label="The matrix">
        <fieldset class="chips">
          <legend class="unseen">Verdicts that are shown</legend>
          {counts
            .filter(([, count]) => count > 0)
            .map(([verdict, count]) => (
              <button
                key={verdict}
                type="button"
                aria-pressed={!hidden.has(verdict)}
                onClick={() => toggle(verdict)}
              >
                {verdict} <small>{count}</small>
              </button>
            ))}
        </fieldset>
        <HeatMapGrid map={map} chosen={chosen} hidden={hidden} choose={setChosen} open={open} />
        <p class="keys">Arrow keys walk, Enter opens a cell’s evidence, Escape comes back.</p>
      </section>
      <article
        class="detail evidence"
        ref={evidence}
        tabIndex={-1}
        aria-label="Evidence of the chosen cell"
        onKeyDown={(event) => {
          if (event.key === 'Escape')
            document.querySelector<HTMLElement>('[role="grid"] [tabindex="0"]')?.focus();
        }}
      >
        {chosen && <CellEvidence key={cells.indexOf(chosen)} cell={chosen} matrix={matrix} data={data} />}
      </article>
    </>
  );
};

function MatrixHead({ matrix, words }: { matrix: Matrix; words: Record<string, string> }) {
  const { cells, command, program, repeat, seed, complete } = matrix;
  const worst = VERDICTS.find((verdict) => cells.some((cell) => cell.verdict === verdict)) ?? 'unobservable';
  const runs = cells.reduce((sum, cell) => sum + cell.runs.length, 0);
  return (
    <section class={`hero ${toneOf(worst)}`}>
      <h1>
        <VerdictBadge verdict={worst} />
        <code class="command">{printable(command.join(' '))}</code>
      </h1>
      <p class="meaning">
        {worst === 'clean' ? 'Every cell is clean.' : `The worst of its cells. ${words[worst] ?? ''}`}
      </p>
      {!complete && <p class="doubt">It is not complete: some cells or runs are missing.</p>}
      <ul class="facts">
        <li>
          <b>{cells.length}</b> cells
        </li>
        <li>
          <b>{runs}</b> {counted(runs, 'run').replace(/^\d+ /, '')}, {repeat} of each
        </li>
        <li>
          <b>{seed}</b> seed
        </li>
        <li>
          <b title={printable(program.sha256)}>{printable(program.sha256.slice(0, 12))}</b> program
        </li>
      </ul>
    </section>
  );
}
