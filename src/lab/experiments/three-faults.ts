import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Finding, Run } from '../../model/index.ts';
import { check, compare, notMeasurable, shared } from '../answer.ts';
import { type Answer, type Claim, measured, type PageBlock } from '../experiment.ts';
import { outcomeText } from '../outcome-text.ts';
import { look, type Sight, words } from '../sight.ts';

const SOURCE = 'three-faults.rs';
const CONTROL = 'double-free.rs';
const LTO = '-O -g -C lto=fat';
const STRIPPED = '-O -C strip=symbols';
/** In these builds everything is to be seen; in those with `-g` the lines too. */
const WHOLE = ['-O', '-C opt-level=z', '-O -g'];
const WITH_LINES = '-O -g';

const FOUND = [
  'CF001 c -> rust in c_block_dropped_by_rust',
  'CF001 rust -> c in rust_box_given_to_free',
  'CF004 rust -> rust in vec_rebuilt_with_wrong_capacity: 560 bytes aligned to 1 as 44800 aligned to 8',
];

const CLAIMS = [
  { id: 'exits-zero', source: 'A', claimed: 'exit 0' },
  { id: 'valgrind', source: 'crossfree', claimed: ['nothing', 'of the control: InvalidFree'] },
  { id: 'asan', source: 'crossfree', claimed: ['nothing', 'of the control: double-free'] },
  { id: 'found', source: 'crossfree', claimed: ['latent', 'coverage full', ...FOUND] },
  { id: 'lines', source: 'crossfree', claimed: 'birth and death at the lines that the source marks' },
  { id: 'lto', source: 'crossfree', claimed: 'a part of the three is found, the rest is a gap' },
  {
    id: 'stripped',
    source: 'crossfree',
    claimed: 'partial coverage with a remedy, nothing is called proven',
  },
  { id: 'control', source: 'crossfree', claimed: 'CF002' },
] as const satisfies Claim[];

export interface Measurement {
  sights: Sight[];
  control: Sight;
  /** Birth and death of each fault, as the source marks them. */
  marked: string[];
}

export const experiment = measured({
  id: 'three-faults',
  title: 'Three wrong releases in one Rust program that exits 0',
  needs: ['rustc'],
  uses: ['valgrind', 'rustc-nightly', 'libasan'],
  claims: CLAIMS,
  async measure(bench) {
    const marked = markedLines(await readFile(join(bench.specimens, SOURCE), 'utf8'));
    const sights: Sight[] = [];
    for (const flags of bench.quick ? WHOLE : [...WHOLE, LTO, STRIPPED]) {
      sights.push(await look(bench, SOURCE, flags));
    }
    return { sights, control: await look(bench, CONTROL, WITH_LINES), marked };
  },
  answersOf,
  pageOf,
});

/** What the measurement says to each claim. */
export function answersOf(measurement: Measurement): Record<(typeof CLAIMS)[number]['id'], Answer> {
  const { sights, control, marked } = measurement;
  const build = (flags: string) => sights.find((sight) => sight.flags === flags);
  const skipped = notMeasurable('this build is left out by --quick');
  const [lto, stripped] = [build(LTO)?.run, build(STRIPPED)?.run];
  const lines = build(WITH_LINES)?.run.findings.map(linesOf) ?? [];
  const whole = sights.filter(({ flags }) => WHOLE.includes(flags)).map(({ run }) => summary(run));
  return {
    'exits-zero': compare(
      shared(sights.map(({ bare }) => outcomeText(bare.outcome))),
      'exit 0',
      'glibc serves Rust and C alike here, so each wrong release happens to work and nobody notices',
    ),
    valgrind: silence(
      measurement,
      'valgrind',
      'InvalidFree',
      'it sees malloc and free pair up, not whose they are',
    ),
    asan: silence(measurement, 'asan', 'double-free', "Rust's and C's blocks both come from its own malloc"),
    found: compare(shared(whole), ['latent', 'coverage full', ...FOUND], 'three findings and no other'),
    lines: compare(lines, marked, `the source marks ${marked.join(', ')}`),
    lto: lto
      ? check(
          lto.coverage === 'partial' &&
            lto.observed.gaps.length > 0 &&
            lto.findings.length > 0 &&
            lto.findings.every((finding) => FOUND.includes(inWords(finding))),
          summary(lto),
          'link-time optimisation leaves a plain free where Rust released; debug info tells some of them apart',
        )
      : skipped,
    stripped: stripped
      ? check(
          stripped.coverage === 'partial' &&
            stripped.observed.gaps.some(({ remedy }) => remedy !== '') &&
            stripped.findings.every(({ certainty }) => certainty === 'possible'),
          summary(stripped),
          stripped.observed.gaps.map(({ remedy }) => remedy).join('; '),
        )
      : skipped,
    control: compare(
      shared(control.run.findings.map(({ code }) => code)),
      'CF002',
      'an ordinary double free, which every checker knows',
    ),
  };
}

function silence(
  { sights, control }: Measurement,
  tool: 'valgrind' | 'asan',
  kind: string,
  why: string,
): Answer {
  if (control[tool] === undefined) return notMeasurable('it is not installed');
  const said = shared(sights.map((sight) => words(sight[tool])));
  const ofControl = `of the control: ${words(control[tool])}`;
  return compare([said, ofControl], ['nothing', `of the control: ${kind}`], why);
}

/** Verdict and findings in a cell's room. */
function said({ verdict, findings }: Run): string {
  const codes = findings.map(({ code }) => code);
  const possible = findings.some(({ certainty }) => certainty === 'possible') ? ['possible'] : [];
  return [verdict.toUpperCase(), ...codes, ...possible].join(' ');
}

function summary(run: Run): string[] {
  return [run.verdict, `coverage ${run.coverage}`, ...run.findings.map(inWords)];
}

/** A finding in the words of `FOUND`. */
export function inWords({ code, worlds, death, detail }: Finding): string {
  const names = death?.stack.map((frame) => /three_faults::(\w+)/.exec(frame.function ?? '')?.[1]) ?? [];
  const name = names.find((name) => name !== undefined) ?? 'an unnamed function';
  const { expected, actual } = detail;
  const layouts = `: ${expected?.size} bytes aligned to ${expected?.alignment} as ${actual?.size} aligned to ${actual?.alignment}`;
  return `${code} ${worlds.allocated} -> ${worlds.released} in ${name}${code === 'CF004' ? layouts : ''}`;
}

/** The lines of birth and death in the program's own source: `23 -> 27`. */
export function linesOf({ birth, death }: Finding): string {
  const own = (event: Finding['birth']) =>
    event?.stack.find(({ file }) => basename(file ?? '') === SOURCE)?.line ?? '?';
  return `${own(birth)} -> ${own(death)}`;
}

/** The lines that the source marks as birth and death of each fault. */
export function markedLines(source: string): string[] {
  const lines = source.split('\n');
  const lineOf = (mark: string) => lines.findIndex((line) => line.endsWith(`// ${mark}`)) + 1;
  return ['1', '2', '3'].map((fault) => `${lineOf(`${fault}: born`)} -> ${lineOf(`${fault}: dies`)}`);
}

/** The page that a person reads. */
export function pageOf({ sights, control }: Measurement): PageBlock[] {
  const row = (name: string, { bare, valgrind, asan, run }: Sight) => [
    name,
    outcomeText(bare.outcome),
    words(valgrind),
    words(asan),
    said(run),
    run.coverage,
  ];
  const rows = sights.map((sight) => row(sight.flags, sight));
  const page: PageBlock[] = [
    {
      kind: 'text',
      text: "C's block dropped as a Vec, a Box given to free, a Vec released with a wrong capacity. The program itself, and what is said of it, by AddressSanitizer (ASan) too:",
    },
    {
      kind: 'table',
      header: ['rustc', 'alone', 'Valgrind', 'ASan', 'crossfree', 'coverage'],
      rows: [...rows, row('control: double free', control)],
    },
  ];
  if (control.asan?.how === 'preloaded') {
    page.push({
      kind: 'text',
      text: "AddressSanitizer: no nightly rustc here, so gcc's runtime was put before the same programs.",
    });
  }
  const shown = sights.find(({ flags }) => flags === WITH_LINES);
  if (shown) page.push({ kind: 'report', title: `The report on rustc ${WITH_LINES}`, run: shown.run });
  return page;
}
