import type { Finding, Verdict } from '../../model/index.ts';
import { align } from '../../report/columns.ts';
import { viewFinding } from '../../report/finding-view.ts';
import { painter, type Style } from '../../report/paint.ts';
import { printable } from '../../report/printable.ts';
import { counted } from '../../report/words.ts';
import { arrangementText } from './cells.ts';
import type { Cell, CellRun, Matrix } from './result.ts';

/** Each verdict has a letter of its own beside its colour: nobody has to tell red from green. */
const STYLES: Record<Verdict, Style> = {
  silent: ['bold', 'white', 'bgRed'],
  latent: ['bold', 'yellow'],
  healed: ['bold', 'yellow'],
  crashed: ['bold', 'red'],
  caught: ['bold', 'magenta'],
  hung: ['bold', 'red'],
  killed: ['bold', 'red'],
  clean: ['bold', 'green'],
  unobservable: ['bold', 'cyan'],
};

/** An allocator that hands out one block to everybody makes hundreds of findings, which say nothing new. */
const MOST_IN_A_CELL = 5;
const MOST_SHOWN = 20;

/** The report that a person reads: a line a cell, then each finding once. Ends with a newline. */
export function renderMatrix(
  matrix: Matrix,
  options: { colour: boolean; cwd: string; verbose: boolean },
): string {
  const paint = painter(options.colour);
  const { cells } = matrix;
  const kinds = numberFindings(cells);
  const rows = cells.map((cell) => [
    printable(arrangementText(cell.moved)),
    paint(STYLES[cell.verdict], cell.verdict.toUpperCase()),
    endings(cell),
    agreement(cell, matrix.repeat),
    findingsOf(cell, kinds),
  ]);
  const head = ['moved', 'verdict', 'ended', 'runs', 'findings'].map((title) => paint('dim', title));
  const notes = cells.flatMap(({ moved, notMoved = [] }) =>
    notMoved.map(
      ({ world, reason, partly }) =>
        `  ${arrangementText(moved)}: ${world} ${partly ? 'moved only in part' : 'did not move'}: ${reason}`,
    ),
  );
  if (matrix.addresses === 'same' && cells.some(({ runs }) => runs.some((run) => run.addresses !== 'same')))
    notes.push('  addresses differ from run to run: this machine does not let us keep them the same');
  const seen = [...kinds.values()]
    .slice(0, MOST_SHOWN)
    .flatMap(({ number, finding, run }) => [
      '',
      paint('bold', `[${number}]`),
      ...viewFinding(finding, run, { paint, cwd: options.cwd, verbose: options.verbose }),
    ]);
  const runs = cells.reduce((sum, cell) => sum + cell.runs.length, 0);
  const lines = [
    `crossfree matrix   ${printable(matrix.command.join(' ')).slice(0, 80)} · ${counted(cells.length, 'cell')} · ${counted(runs, 'run')}${matrix.complete ? '' : ' · NOT COMPLETE'}`,
    '',
    ...align([head, ...rows]).map((line) => `  ${line}`),
    ...(notes.length > 0 ? ['', ...notes.map(printable)] : []),
    ...seen,
    ...(kinds.size > MOST_SHOWN
      ? ['', `… ${kinds.size - MOST_SHOWN} more findings: --json FILE has all of them`]
      : []),
  ];
  return `${lines.join('\n')}\n`;
}

/** What makes two findings of different runs the same one. */
export function findingKey({ code, worlds, birth, death }: Finding): string {
  const place = (event: Finding['birth']) => event?.stack.map(({ module, offset }) => `${module}+${offset}`);
  return JSON.stringify([code, worlds, place(birth), place(death)]);
}

type Numbered = Map<string, { number: number; finding: Finding; run: CellRun }>;

function numberFindings(cells: readonly Cell[]): Numbered {
  const kinds: Numbered = new Map();
  for (const run of cells.flatMap(({ runs }) => runs)) {
    for (const finding of run.findings) {
      const key = findingKey(finding);
      if (!kinds.has(key)) kinds.set(key, { number: kinds.size + 1, finding, run });
    }
  }
  return kinds;
}

function findingsOf({ runs }: Cell, kinds: Numbered): string {
  const numbers = new Map<number, string>();
  for (const finding of runs.flatMap((run) => run.findings)) {
    const number = kinds.get(findingKey(finding))?.number ?? 0;
    numbers.set(number, `${finding.code} [${number}]`);
  }
  if (numbers.size === 0) return '–';
  const names = [...numbers].sort(([a], [b]) => a - b).map(([, name]) => name);
  const more = names.length - MOST_IN_A_CELL;
  return [...names.slice(0, MOST_IN_A_CELL), ...(more > 0 ? [`… ${more} more`] : [])].join(', ');
}

/** How its runs ended, with the message of an allocator that caught them. */
function endings({ distribution, runs }: Cell): string {
  const several = distribution.length > 1;
  const texts = distribution.map(({ verdict, outcome, count }) =>
    several ? `${count}× ${verdict} ${printable(outcome)}` : printable(outcome),
  );
  const message = runs.flatMap(({ outcome }) =>
    outcome.kind === 'signal' ? (outcome.message ?? []) : [],
  )[0];
  const said =
    message === undefined ? '' : ` (${printable(message.trim().split('\n', 1)[0] ?? '').slice(0, 80)})`;
  return texts.join(', ') + said;
}

function agreement({ distribution, runs }: Cell, repeat: number): string {
  const agreed = distribution[0]?.count ?? 0;
  const missing = runs.length < repeat ? ` of ${repeat}` : '';
  return agreed === runs.length ? `${runs.length}${missing} alike` : `${agreed} of ${runs.length} alike`;
}
