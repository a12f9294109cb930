import type { Event, Finding } from '../model/index.ts';
import type { Account, Check, FindingGroup } from './account.ts';
import { advise } from './advice.ts';
import { printable } from './printable.ts';
import { frameName, framePlace, ownFrames } from './stack-view.ts';
import { counted } from './words.ts';

export interface MarkdownOptions {
  /** Paths below it are shown from there. */
  cwd: string;
  /** So many findings are told in full, the rest is counted. */
  longest?: number;
}

/** Checks that are told in the table; beyond them the table says how many there are. */
const MOST_CHECKS = 200;
const MOST_FINDINGS = 200;
const CALLERS = 3;

const MARKS: Record<Check['state'], string> = { passed: '✅', failed: '❌', broken: '💥', skipped: '⚪' };

/** The account as Markdown, for a pull request's comment or a step summary; ends with a newline. */
export function renderMarkdownReport(account: Account, options: MarkdownOptions): string {
  const most = options.longest ?? MOST_FINDINGS;
  const fresh = account.groups.filter(({ known }) => !known);
  const known = account.groups.length - fresh.length;
  const blocks = [
    `## ${code(account.title)}`,
    checkTable(account.checks),
    ...(fresh.length > 0 ? [`### ${counted(fresh.length, 'finding')}`] : []),
    ...fresh.slice(0, most).map((group) => findingBlock(group, account, options.cwd)),
    ...(fresh.length > most ? [`… and ${counted(fresh.length - most, 'more finding')}.`] : []),
    ...(known > 0 ? [`${counted(known, 'finding')} known from the baseline.`] : []),
    gapBlock(account),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function checkTable(checks: readonly Check[]): string {
  const rows = checks
    .slice(0, MOST_CHECKS)
    .map(({ name, state, verdict, summary }) => [
      `${MARKS[state]} **${verdict}**`,
      code(name),
      code(summary),
    ]);
  const rest = checks.length - MOST_CHECKS;
  const lines = [['verdict', 'what', 'how it went'], ['---', '---', '---'], ...rows].map(
    (cells) => `| ${cells.join(' | ')} |`,
  );
  return [...lines, ...(rest > 0 ? ['', `… and ${rest} more.`] : [])].join('\n');
}

function findingBlock(
  { finding, count, fingerprint, runs }: FindingGroup,
  account: Account,
  cwd: string,
): string {
  const certainty = finding.certainty === 'possible' ? ' (possible)' : '';
  const times = count > 1 ? `, ${count} times` : '';
  const where = account.runs.length > 1 ? `, in ${counted(runs.length, 'run')}` : '';
  return [
    `#### ${finding.code} ${finding.kind}${certainty}${times}${where}`,
    `${code(finding.message)}`,
    ['| | function | place |', '| --- | --- | --- |', ...eventRows(finding, cwd)].join('\n'),
    advise(finding, () => undefined),
    `<sub>fingerprint ${fingerprint}</sub>`,
  ].join('\n\n');
}

function eventRows({ birth, death, detail }: Finding, cwd: string): string[] {
  const events: [string, Event | undefined][] = [
    ['live', detail.other?.birth],
    ['cause', detail.cause?.death],
    ['born', birth],
    ['freed', detail.released],
    ['died', death],
  ];
  return events.flatMap(([label, event]) =>
    ownFrames(event?.stack ?? [])
      .slice(0, 1 + CALLERS)
      .map((frame, index) => {
        const name = index === 0 ? `**${label}**` : 'in';
        return `| ${name} | ${code(frameName(frame))} | ${code(framePlace(frame, cwd))} |`;
      }),
  );
}

function gapBlock({ gaps }: Account): string {
  if (gaps.length === 0) return '';
  const lines = gaps.map(({ module, reason, remedy }) => {
    const where = module === undefined ? '' : `${code(module)}: `;
    return `- ${where}${code(reason)}; remedy: ${code(remedy)}`;
  });
  return ['### Not observed', ...lines].join('\n');
}

/**
 * Text from outside as a code span, which nothing inside can leave: the fence is longer than any run of
 * backticks in it, and a table's bar is escaped.
 */
export function code(text: string): string {
  const shown = printable(text).replaceAll('|', '\\|');
  if (shown.trim() === '') return shown === '' ? '' : '` `';
  const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const space = shown.startsWith('`') || shown.endsWith('`') ? ' ' : '';
  return `${fence}${space}${shown}${space}${fence}`;
}
