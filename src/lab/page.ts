import { isDeepStrictEqual } from 'node:util';
import { painter, type Style } from '../report/paint.ts';
import { printable } from '../report/printable.ts';
import { renderRun } from '../report/terminal.ts';
import { counted } from '../report/words.ts';
import type {
  Answer,
  Claim,
  ClaimValue,
  ClaimVerdict,
  ExperimentReport,
  PageBlock,
  Plot,
} from './experiment.ts';
import { figure } from './figures.ts';
import type { LabReport } from './lab-report.ts';
import { machineText } from './machine.ts';
import { plotTable, rangeOf, sparkline } from './plot.ts';
import { SOURCES } from './sources.ts';
import { table, wrapped } from './text.ts';

/** How many claims got a verdict, in words. */
const TOTALS: Record<ClaimVerdict, string> = {
  holds: 'held',
  differs: 'differed',
  refuted: 'refuted',
  'not-measurable': 'not measurable',
};

/** Width of the names before a claim's values. */
const FIELD = 'crossfree claims '.length;

/** So many series fit side by side into a terminal; of more the curves are shown alone. */
const WIDEST_PLOT = 4;

const COLOURS: Record<ClaimVerdict, Style> = {
  holds: 'green',
  differs: 'yellow',
  refuted: 'red',
  'not-measurable': 'dim',
};

/** Writes the pages of the lab: text for a terminal, in colour or plain. */
export function labPages({ colour }: { colour: boolean }) {
  const paint = painter(colour);
  const bold = (text: string) => paint('bold', text);

  function block(part: PageBlock): string {
    if (part.kind === 'text') return wrapped(part.text);
    if (part.kind === 'table') return table(part.header, part.rows, bold);
    if (part.kind === 'figure') {
      return `  ${bold(part.title)}\n\n${part.lines.map((line) => `  ${printable(line)}\n`).join('')}`;
    }
    if (part.kind === 'plot') return plot(part);
    return `  ${bold(part.title)}\n\n${renderRun(part.run, { colour })}`;
  }

  function plot(part: Plot): string {
    const range = rangeOf(part);
    const curves = part.series.map((series) => [
      series.name,
      sparkline(series, part.y, range),
      `${figure(series.points[0]?.y ?? Number.NaN)} → ${figure(series.points.at(-1)?.y ?? Number.NaN)}`,
    ]);
    const points = plotTable(part);
    const about = `${part.title}: ${part.y.label} over ${part.x.label}`;
    return [wrapped(about), table(['', 'curve', 'first → last'], curves, bold)]
      .concat(part.series.length <= WIDEST_PLOT ? [table(points.header, points.rows, bold)] : [])
      .join('\n');
  }

  return {
    /** One experiment: its title, what it shows, what it did without. */
    experiment({ id, title, missing, error }: ExperimentReport, page: readonly PageBlock[]): string {
      const parts = [`${bold(id)}  ${printable(title)}\n`, ...page.map(block)];
      if (error !== undefined)
        parts.push(['It broke off:', ...error.split('\n')].map((line) => wrapped(line)).join(''));
      if (missing.length > 0) {
        const lines = missing.map(
          ({ tool, install }) => `    ${printable(tool).padEnd(14)} ${printable(install)}\n`,
        );
        parts.push(
          `  Not on this machine, so left out; each line installs what is missing:\n${lines.join('')}`,
        );
      }
      return `${parts.join('\n')}\n`;
    },

    /** Every claim of every experiment, and which machine answered. */
    summary({ experiments, machine, quick }: LabReport): string {
      const claims = experiments.flatMap(({ id, claims }) =>
        claims.map((claim) => ({ ...claim, experiment: id })),
      );
      const entries = claims.map(
        (claim) =>
          `  ${paint(COLOURS[claim.verdict], claim.verdict)}  ${bold(`${claim.experiment}/${claim.id}`)}\n` +
          valueField(`${claim.source} claims`, claim.claimed) +
          measuredField(claim) +
          field('why', claim.why),
      );
      const totals = Object.entries(TOTALS).flatMap(([verdict, word]) => {
        const count = claims.filter((claim) => claim.verdict === verdict).length;
        return count === 0 ? [] : [`${count} ${word}`];
      });
      const sources = [...new Set(claims.map(({ source }) => source))].map(
        (source) => `${source}: ${SOURCES[source]}`,
      );
      return [
        `${bold('Claims')}\n`,
        ...entries,
        wrapped(sources.join('; ')),
        wrapped(machineText(machine)),
        `${bold(`${counted(claims.length, 'claim')}: ${totals.join(', ')}.`)}${quick ? ' This was --quick, which leaves out a part.' : ''}\n`,
      ].join('\n');
    },
  };
}

function field(name: string, text: string): string {
  return `    ${name.padEnd(FIELD)}${wrapped(text, ' '.repeat(4 + FIELD)).trimStart()}`;
}

function measuredField({ claimed, measured }: Claim & Answer): string {
  if (measured === undefined) return '';
  return isDeepStrictEqual(claimed, measured)
    ? field('measured', 'the same')
    : valueField('measured', measured);
}

/** A value in words; the items of a list stand one below the other. */
function valueField(name: string, value: ClaimValue): string {
  if (!Array.isArray(value)) return field(name, String(value));
  return value.map((item, index) => field(index === 0 ? name : '', valueText(item))).join('');
}

function valueText(value: ClaimValue): string {
  return Array.isArray(value) ? value.map(valueText).join('; ') : String(value);
}
