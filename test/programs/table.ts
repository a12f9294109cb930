import type { Coverage, Verdict } from '../../src/model/index.ts';

/** What became of one entry of the list. */
export interface Row {
  id: string;
  what: string;
  from: string;
  version?: string;
  /** `held`: the same output and exit status, and the verdict that was expected. */
  result: 'held' | 'failed' | 'skipped';
  why?: string[];
  verdict?: Verdict;
  coverage?: Coverage;
  arrangement?: Record<string, string>;
  allocations?: Record<string, number>;
  processes?: number;
  gaps?: { module?: string; reason: string }[];
  known?: string[];
  milliseconds?: { bare: number; observed: number };
}

/** Really run: under observation, and something of it was seen. */
export const reallyRun = (rows: readonly Row[]): Row[] =>
  rows.filter((row) => row.result === 'held' && row.verdict !== 'unobservable');

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

const counts = (allocations: Record<string, number> = {}): string =>
  Object.entries(allocations)
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([world, count]) => `${world} ${count.toLocaleString('en')}`)
    .join(', ');

const pairs = (arrangement: Record<string, string> = {}): string =>
  Object.entries(arrangement)
    .map(([world, allocator]) => `${world}: ${allocator}`)
    .join(', ');

function gapSummary(gaps: Row['gaps'] = []): string {
  const modules = new Map<string, string[]>();
  for (const { module, reason } of gaps) {
    const name = module?.split('/').pop() ?? 'the run';
    modules.set(reason, [...(modules.get(reason) ?? []), name]);
  }
  return [...modules]
    .map(([reason, names]) => {
      const shown = [...new Set(names)];
      const more = shown.length > 3 ? ` and ${shown.length - 3} more` : '';
      return `${reason} (${shown.slice(0, 3).join(', ')}${more})`;
    })
    .join('; ');
}

const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(milliseconds < 9950 ? 1 : 0);

const times = (row: Row): string =>
  row.milliseconds ? `${seconds(row.milliseconds.bare)} → ${seconds(row.milliseconds.observed)}` : '';

/** One line for the terminal. */
export function describeRow(row: Row): string {
  const time = row.milliseconds
    ? `bare ${seconds(row.milliseconds.bare)} s, observed ${seconds(row.milliseconds.observed)} s`
    : '';
  const gaps = gapSummary(row.gaps);
  const seen = `${row.verdict ?? 'no verdict'}, coverage ${row.coverage ?? 'unknown'}${gaps && `: ${gaps}`}`;
  return [`${row.id} ${row.result}`, time, seen, ...(row.why ?? [])].filter(Boolean).join(' · ');
}

/** The page that shows every entry and what was seen of it. */
export function renderTable(rows: readonly Row[], machine: string, notRun: readonly string[] = []): string {
  const held = reallyRun(rows);
  const refused = rows.filter((row) => row.result === 'held' && row.verdict === 'unobservable');
  const skipped = rows.filter((row) => row.result === 'skipped');
  const failed = rows.filter((row) => row.result === 'failed');
  const lines = [
    '# Real programs',
    '',
    '<!-- Written by `npm run test:programs`; do not edit. -->',
    '',
    `Each program was run twice in the same fresh directory, bare and below \`crossfree run\`: its standard output, its exit status and the files that it makes must be the same bytes, and there must be no finding that is not a true bug of the program. ${held.length} programs were observed and held; ${refused.length} that nothing preloaded can see ran as ever and were called \`unobservable\`; ${failed.length} failed; ${skipped.length} were skipped. Machine: ${machine}. The seconds are those of one run each, bare → the whole command, and no measurement: \`npm run bench:programs -- NAME\` measures one. \`npm run test:programs -- --list\` names the groups, each of which installs and runs alone.`,
    '',
    '| program | what it does here | version | seconds | verdict | coverage | processes | allocations seen | allocators | gaps |',
    '| --- | --- | --- | ---: | --- | --- | ---: | --- | --- | --- |',
  ];
  for (const row of rows) {
    const verdict = row.result === 'held' ? (row.verdict ?? '') : `**${row.result}**`;
    const cells = [
      row.id,
      row.what,
      row.version ?? '',
      times(row),
      verdict,
      row.coverage ?? '',
      String(row.processes ?? ''),
    ];
    lines.push(
      `| ${[...cells, counts(row.allocations), pairs(row.arrangement), gapSummary(row.gaps)].map(cell).join(' | ')} |`,
    );
  }
  const bugs = rows.filter((row) => row.known?.length);
  if (bugs.length) lines.push('', '## True bugs found', '');
  for (const row of bugs) for (const text of row.known ?? []) lines.push(`- **${row.id}**: ${text}`);
  const told = rows.filter((row) => row.result !== 'held');
  if (told.length) lines.push('', '## Skipped or failed', '');
  for (const row of told) lines.push(`- ${row.id} (${row.result}): ${cell((row.why ?? []).join('; '))}`);
  if (notRun.length) lines.push('', '## Not run by this build', '', `- ${notRun.join(', ')}`);
  return `${lines.join('\n')}\n`;
}
