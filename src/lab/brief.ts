import { align } from '../report/columns.ts';
import { painter, type Style } from '../report/paint.ts';
import { printable } from '../report/printable.ts';
import { counted } from '../report/words.ts';
import type { Answer, Claim, ClaimValue, ClaimVerdict, ExperimentReport, PageBlock } from './experiment.ts';

/** Columns of a line; a longer one would break on a terminal of the usual size. */
const WIDTH = 100;
/** Lines of the whole, so that npm's own fit into sixty with them. */
const MOST_LINES = 55;
/** The experiment whose table closes the lab. */
const SHOWN = 'three-faults';
/** The longest name of an experiment, and the longest score but of a few. */
const NAME = 'realloc-across-worlds'.length;
const SCORE = '8 held, 6 refuted'.length;

/** Between what was claimed and what was measured. */
const ARROW = ' → ';

const WORDS: Record<ClaimVerdict, string> = {
  holds: 'held',
  differs: 'differed',
  refuted: 'refuted',
  'not-measurable': 'not measurable',
};

/** What a brief lab ends with, beside what the experiments said. */
export interface Ending {
  /** How many experiments were not run, and the command that runs them. */
  leftOut: number;
  all: string;
  /** Where everything stands that this leaves out. */
  page: string;
}

/** The lab in few lines: one for each experiment as it ends, and a screen at the end. */
export class BriefLab {
  readonly #paint: (style: Style, text: string) => string;
  readonly #reports: ExperimentReport[] = [];
  #table: string[] = [];

  constructor({ colour }: { colour: boolean }) {
    this.#paint = painter(colour);
  }

  /** The line of an experiment that has ended. */
  line(report: ExperimentReport, page: readonly PageBlock[], seconds: number): string {
    this.#reports.push(report);
    const table = page.find((block) => block.kind === 'table');
    if (report.id === SHOWN && table) {
      const rows = align([table.header, ...table.rows].map((row) => row.map(printable)));
      this.#table = rows.map((row) => cut(row));
    }
    const { id, title, claims, missing, error } = report;
    const lacking = missing.length > 0 ? ` (without ${missing.map(({ tool }) => tool).join(', ')})` : '';
    const said = error === undefined ? score(claims) : 'broke off';
    const rest = error === undefined ? `${title}${lacking}` : (error.split('\n')[0] ?? '');
    const [name, count, time] = [id.padEnd(NAME), said.padEnd(SCORE), `${seconds.toFixed(1)} s`.padStart(7)];
    const line = cut(`${name}  ${count}${time}  ${rest}`);
    return `${this.#paint('bold', line.slice(0, NAME))}${line.slice(NAME)}\n`;
  }

  /** The screen at the end. */
  screen({ leftOut, all, page }: Ending): string {
    const bold = (text: string) => this.#paint('bold', text);
    const claims = this.#reports.flatMap(({ id, claims }) =>
      claims.map((claim) => ({ ...claim, experiment: id })),
    );
    const shown = this.#reports.find(({ id }) => id === SHOWN);
    const head = this.#table.length > 0 && shown ? ['', bold(cut(shown.title)), ...this.#table] : [''];
    head.push(bold(cut(`${counted(claims.length, 'claim')}: ${score(claims)}.`)));
    const tail = [
      ...(leftOut > 0 ? [`${counted(leftOut, 'experiment')} left out, about the machine: ${all}`] : []),
      `Everything, with every reason: ${page}`,
    ];
    const refuted = claims
      .filter(({ verdict }) => verdict === 'refuted')
      .map((claim) => this.#refuted(claim));
    const room = MOST_LINES - this.#reports.length - head.length - tail.length;
    if (refuted.length > room) {
      const kept = Math.max(0, room - 1);
      refuted.splice(kept, refuted.length, `  … and ${refuted.length - kept} more that were refuted`);
    }
    return [...head, ...refuted, ...tail].map((line) => `${line}\n`).join('');
  }

  #refuted({ experiment, id, claimed, measured }: Claim & Answer & { experiment: string }): string {
    const name = `  refuted  ${experiment}/${id}: `;
    const half = Math.floor((WIDTH - name.length - ARROW.length) / 2);
    const [claim, found] = [claimed, measured ?? 'otherwise'].map((value) => printable(valueText(value)));
    // what is not needed for the one half is left to the other
    const room = Math.max(half, 2 * half - [...(found ?? '')].length);
    const line = cut(`${name}${cut(claim ?? '', room)}${ARROW}${found}`);
    return line.replace('refuted', this.#paint('red', 'refuted'));
  }
}

function score(claims: readonly Answer[]): string {
  const counts = Object.entries(WORDS).flatMap(([verdict, word]) => {
    const count = claims.filter((claim) => claim.verdict === verdict).length;
    return count === 0 ? [] : [`${count} ${word}`];
  });
  return counts.length > 0 ? counts.join(', ') : 'no claim';
}

function valueText(value: ClaimValue): string {
  return Array.isArray(value) ? value.map(valueText).join('; ') : String(value);
}

/** Shortened to one line, its end shown to be gone. */
function cut(text: string, width = WIDTH): string {
  const letters = [...text];
  if (letters.length <= width) return text;
  return `${letters
    .slice(0, width - 1)
    .join('')
    .trimEnd()}…`;
}
