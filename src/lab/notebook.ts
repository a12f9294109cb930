import { isDeepStrictEqual } from 'node:util';
import { renderRun } from '../report/terminal.ts';
import { counted } from '../report/words.ts';
import type { Answer, Claim, ClaimValue, ClaimVerdict, ExperimentReport, PageBlock } from './experiment.ts';
import type { LabReport } from './lab-report.ts';
import { machineText } from './machine.ts';
import { pageOf } from './pages.ts';
import { plotTable } from './plot.ts';
import type { Recorded } from './record.ts';
import { SOURCES } from './sources.ts';

/** A page shows so many points of a plot; the data has all. */
const MOST_ROWS = 40;

const VERDICTS: readonly ClaimVerdict[] = ['holds', 'differs', 'refuted', 'not-measurable'];

/** One recorded run of the lab as a page of Markdown: which machine, every claim, what each showed. */
export function notebook({ report, pages }: Recorded): string {
  const { experiments, machine, quick } = report;
  return [
    '# The lab notebook',
    `Written by \`npm run notebook\` from one ${quick ? 'quick ' : ''}run of \`crossfree lab\`; do not edit it.`,
    machineText(machine),
    '## Claims',
    totals(report),
    ...experiments.map(({ id, claims }) =>
      markdownTable(
        [`[${id}](#${id})`, 'who', 'claimed', 'measured', 'verdict'],
        claims.map((claim) => [
          claim.id,
          claim.source,
          value(claim.claimed),
          measuredText(claim),
          claim.verdict,
        ]),
      ),
    ),
    Object.entries(SOURCES)
      .map(([source, words]) => `- **${source}**: ${words}`)
      .join('\n'),
    ...experiments.flatMap((experiment) => section(experiment, pageOf(pages, experiment.id))),
    '',
  ].join('\n\n');
}

function section(report: ExperimentReport, page: readonly PageBlock[]): string[] {
  const { id, title, claims, error, missing } = report;
  return [
    `## ${id}`,
    `${escaped(title)}.`,
    ...(error === undefined ? [] : [`It broke off: ${escaped(error)}`]),
    ...(missing.length === 0 ? [] : [`Without ${missing.map(({ tool }) => tool).join(', ')}.`]),
    ...page.flatMap(block),
    claims.map((claim) => `- **${claim.id}** ${claim.verdict}: ${escaped(claim.why)}`).join('\n'),
  ];
}

function block(part: PageBlock): string[] {
  switch (part.kind) {
    case 'text':
      return [escaped(part.text)];
    case 'table':
      return [markdownTable(part.header, part.rows)];
    case 'report':
      return [escaped(part.title), fenced(renderRun(part.run, { colour: false }))];
    case 'figure':
      return [escaped(part.title), fenced(part.lines.join('\n'))];
    case 'plot': {
      const { header, rows } = plotTable(part, MOST_ROWS);
      return [escaped(`${part.title}: ${part.y.label} over ${part.x.label}`), markdownTable(header, rows)];
    }
  }
}

function totals({ experiments }: LabReport): string {
  const claims = experiments.flatMap((experiment) => experiment.claims);
  const counts = VERDICTS.map(
    (verdict) => `${claims.filter((claim) => claim.verdict === verdict).length} ${verdict}`,
  );
  return `${counted(claims.length, 'claim')}: ${counts.join(', ')}.`;
}

function measuredText({ claimed, measured }: Claim & Answer): string {
  if (measured === undefined) return '';
  return isDeepStrictEqual(claimed, measured) ? 'the same' : value(measured);
}

function value(of: ClaimValue): string {
  return Array.isArray(of) ? of.map(value).join('; ') : String(of);
}

function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [`| ${header.join(' | ')} |`, `|${' --- |'.repeat(header.length)}`, ...rows.map(line)].join('\n');
}

function cell(text: string): string {
  return escaped(text).replaceAll('\n', ' ').replaceAll('|', '\\|');
}

/** What a program printed is text, not Markdown. */
function escaped(text: string): string {
  return text.replace(/[\\`*_<>[\]]/g, '\\$&');
}

function fenced(text: string): string {
  return `\`\`\`\n${text.trimEnd().replaceAll('```', "'''")}\n\`\`\``;
}
