import type { Gap, Run, Verdict } from '../model/index.ts';
import { viewCrash } from './crash-view.ts';
import { viewFinding } from './finding-view.ts';
import { outcomeText } from './outcome-text.ts';
import { type Paint, painter, type Style } from './paint.ts';
import { printable } from './printable.ts';
import { nearer, shorten } from './stack-view.ts';
import { counted } from './words.ts';

export interface TerminalOptions {
  colour: boolean;
  /** Whole call stacks. */
  verbose?: boolean;
  /** Paths below it are shown from there; default: the process's own. */
  cwd?: string;
}

const UNSURE: Style = ['bold', 'yellow'];

const STYLES: Record<Verdict, Style> = {
  silent: ['bold', 'white', 'bgRed'],
  latent: ['bold', 'red'],
  healed: ['bold', 'yellow'],
  crashed: ['bold', 'red'],
  caught: ['bold', 'red'],
  hung: ['bold', 'red'],
  killed: ['bold', 'yellow'],
  clean: ['bold', 'green'],
  unobservable: UNSURE,
};

/** Longer command lines are cut in the first line; the JSON has them whole. */
const LONGEST_COMMAND = 80;

/** Of a run in which many processes crash, the JSON has the others. */
const MOST_CRASHES = 5;

/** The report that a person reads on a terminal; ends with a newline. */
export function renderRun(run: Run, options: TerminalOptions): string {
  const paint = painter(options.colour);
  const view = { paint, cwd: options.cwd ?? process.cwd(), verbose: options.verbose ?? false };
  const crashes = run.crashes ?? [];
  const blocks = [
    [`crossfree  ${firstLine(run, paint)}`],
    ...run.findings.map((finding) => viewFinding(finding, run, view)),
    ...crashes.slice(0, MOST_CRASHES).map((crash) => viewCrash(crash, run, view)),
    moreCrashes(crashes.length - MOST_CRASHES),
    gapLines(run.observed.gaps, paint, view.cwd),
    suppressedLines(run),
  ].filter((lines) => lines.length > 0);
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function moreCrashes(count: number): string[] {
  return count > 0 ? [`${counted(count, 'more crash', 'more crashes')} of other processes`] : [];
}

/** The first line without colour and without our name: `LATENT  ./app exited 0 · 1 finding`. */
export function headline(run: Run): string {
  return firstLine(run, painter(false));
}

function firstLine(run: Run, paint: Paint): string {
  const partlyClean = run.verdict === 'clean' && run.coverage !== 'full';
  const verdict = paint(partlyClean ? UNSURE : STYLES[run.verdict], run.verdict.toUpperCase());
  const command = shorten(printable(run.command.join(' ')), LONGEST_COMMAND);
  const parts = [`${command} ${outcomeText(run.outcome)}`];
  if (run.verdict === 'unobservable') parts.push('nothing could be observed');
  else parts.push(run.findings.length === 0 ? 'no finding' : counted(run.findings.length, 'finding'));
  if (run.coverage === 'partial') parts.push(`coverage partial: ${counted(gapCount(run), 'gap')}`);
  if (run.processes.length > 1) parts.push(counted(run.processes.length, 'process', 'processes'));
  return `${verdict}   ${parts.join(' · ')}`;
}

function gapCount(run: Run): number {
  return run.observed.gaps.length;
}

/** What was not observed, and what mends it. */
export function gapLines(gaps: readonly Gap[], paint: Paint, cwd: string): string[] {
  if (gaps.length === 0) return [];
  return [
    paint('bold', 'Not observed'),
    ...gaps.flatMap((gap) => [
      `  ${gapText(gap, cwd)}`,
      `    ${paint('dim', 'remedy:')} ${printable(gap.remedy)}`,
    ]),
  ];
}

function gapText(gap: Gap, cwd: string): string {
  const where = gap.module === undefined ? '' : `${printable(nearer(gap.module, cwd))}: `;
  return where + printable(gap.reason);
}

function suppressedLines(run: Run): string[] {
  if (!run.suppressed) return [];
  const { count, unused } = run.suppressed;
  const lines = count > 0 ? [`${counted(count, 'finding')} suppressed`] : [];
  return [...lines, ...unused.map((suppression) => `unused suppression: ${printable(suppression)}`)];
}
