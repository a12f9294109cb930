import type { FloorRow } from './floor.ts';
import type { Estimate } from './statistics.ts';
import { noise, type Row, type Summary } from './summary.ts';
import type { VariantId } from './variants.ts';
import type { Workload } from './workloads.ts';

export interface Column {
  id: VariantId;
  title: string;
  about: string;
}

/** What the tables speak of beside the figures. */
export interface Setting {
  machine: string;
  pairs: number;
  slowPairs: number;
  workloads: readonly Workload[];
  columns: readonly Column[];
  /** What took part in the startup measurement. */
  starters: readonly Pick<Column, 'id' | 'title'>[];
  /** Variants and workloads that were left out: what, and why. */
  missing: readonly string[];
}

/** The whole result as Markdown. */
export function renderMarkdown(summary: Summary, floor: readonly FloorRow[], setting: Setting): string {
  const compared = setting.columns.filter(({ id }) => id !== 'bare');
  const sections = [
    '# What crossfree costs a program',
    intro(setting),
    '## Targets',
    targets(summary),
    '## CPU (user + system), ratio to the bare program',
    ratioTable(summary, setting, compared, 'cpu'),
    '## Peak RSS, ratio to the bare program',
    ratioTable(summary, setting, compared, 'peak'),
    '## Startup: /bin/true',
    startupTable(summary, setting),
    '## The floor: one pair of calls in a tight loop',
    floorTable(floor, setting),
    '## What is measured',
    [...setting.columns.map(({ title, about }) => `- **${title}**: ${about}`), ...missing(setting)].join(
      '\n',
    ),
  ];
  return `${sections.filter(Boolean).join('\n\n')}\n`;
}

function intro({ machine, pairs, slowPairs }: Setting): string {
  return [
    `${machine}. ${pairs} pairs per workload (${slowPairs} for other tools and for the whole command), in random order,`,
    'each beside a bare run. A figure is the median of the ratios of its pairs, in brackets its bootstrap 95% interval;',
    'the last line is the geometric mean. A/A is bare against bare: no ratio nearer to 1 than that means anything.',
  ].join('\n');
}

function targets({ targets, rows }: Summary): string {
  const lines = targets.map(({ text, limit, figure, workload, verdict }) => [
    text + (workload ? ` (${workload})` : ''),
    `≤ ${limit.toFixed(2)}`,
    figure ? interval(figure, 3) : '–',
    verdict,
  ]);
  const { mean, worst } = noise(rows);
  const noisiest = worst?.cpu.again
    ? `; furthest from 1: ${worst.name}, ${interval(worst.cpu.again, 3)}`
    : '';
  return `${grid(['target', 'limit', 'measured', 'verdict'], lines)}\n\nA/A in this run: ${mean.toFixed(3)}${noisiest}.`;
}

function ratioTable(
  summary: Summary,
  setting: Setting,
  columns: readonly Column[],
  quantity: 'cpu' | 'peak',
): string {
  const bare = (row: Row) =>
    quantity === 'cpu' ? `${row.bare.cpu.toFixed(2)} s` : `${(row.bare.peak / 2 ** 20).toFixed(1)} MiB`;
  const lines = summary.rows.map((row) => {
    const workload = setting.workloads.find(({ name }) => name === row.name);
    return [
      row.name,
      workload ? `${workload.language}, ${workload.threads}T` : '',
      bare(row),
      ...columns.map(({ id }) => cell(row[quantity][id], row.failures[id])),
    ];
  });
  const mean = ['**mean**', '', '', ...columns.map(({ id }) => cell(summary.mean[quantity][id]))];
  return grid(['workload', '', 'bare', ...columns.map(({ title }) => title)], [...lines, mean]);
}

/** Wide intervals belong to few pairs: the slow columns show only their median. */
function cell(estimate?: Estimate, failure?: string): string {
  if (failure) return `(${failure})`;
  if (!estimate) return '–';
  return estimate.pairs < 5 ? estimate.value.toFixed(2) : interval(estimate, 3);
}

function interval({ value, low, high }: Estimate, digits: number): string {
  return `${value.toFixed(digits)} [${low.toFixed(digits)}, ${high.toFixed(digits)}]`;
}

function startupTable({ startup }: Summary, { starters }: Setting): string {
  const milliseconds = (seconds?: number) =>
    seconds === undefined ? '–' : `${(seconds * 1000).toFixed(1)} ms`;
  return grid(
    ['', 'wall', 'CPU'],
    starters
      .filter(({ id }) => startup.wall[id] !== undefined)
      .map(({ id, title }) => [title, milliseconds(startup.wall[id]), milliseconds(startup.cpu[id])]),
  );
}

function floorTable(floor: readonly FloorRow[], { columns }: Setting): string {
  const measured = columns.filter(({ id }) => floor.some(({ nanoseconds }) => nanoseconds[id] !== undefined));
  const lines = floor.map(({ kind, nanoseconds }) => [
    kind,
    ...measured.map(({ id }) => (nanoseconds[id] === undefined ? '–' : `${nanoseconds[id].toFixed(1)} ns`)),
  ]);
  return `${grid(['allocated by', ...measured.map(({ title }) => title)], lines)}

For reading the rest: no program lives like this, and no target speaks of it.`;
}

function missing({ missing }: Setting): string[] {
  return missing.length ? ['', 'Left out:', '', ...missing.map((line) => `- ${line}`)] : [];
}

/** A Markdown table, padded so that it reads well as plain text too. */
function grid(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(3, title.length, ...lines.map((line) => (line[column] ?? '').length)),
  );
  const row = (cells: readonly string[]) =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`;
  return [row(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...lines.map(row)].join(
    '\n',
  );
}
