import { describe, expect, it } from 'vitest';
import { BriefLab } from './brief.ts';
import { CATALOGUE, USUAL } from './catalogue.ts';
import type { ClaimVerdict, ExperimentReport, PageBlock } from './experiment.ts';

const ENDING = { leftOut: 10, all: 'crossfree lab --full', page: '/tmp/lab.html' };
const LONG = 'a sentence that goes on and on '.repeat(8);

function report(
  id: string,
  verdicts: ClaimVerdict[],
  more: Partial<ExperimentReport> = {},
): ExperimentReport {
  const claims = verdicts.map((verdict, index) => ({
    id: `claim-${index}`,
    source: 'A' as const,
    claimed: LONG,
    measured: [LONG, 'as it is'],
    verdict,
    why: LONG,
  }));
  return { id, title: LONG, claims, data: null, missing: [], ...more };
}

const TABLE: PageBlock = {
  kind: 'table',
  header: ['rustc', 'crossfree'],
  rows: [
    ['-O', 'LATENT'],
    ['-O -g', 'LATENT'],
  ],
};

describe('a brief lab', () => {
  it('has one line for an experiment, and a screen at the end', () => {
    const lab = new BriefLab({ colour: false });
    const lines = [
      lab.line(report('three-faults', ['holds', 'holds'], { title: 'Three faults' }), [TABLE], 9.14),
      lab.line(
        report('boxes', ['holds', 'refuted', 'not-measurable'], {
          title: 'Boxes',
          missing: [{ tool: 'valgrind', install: 'apt-get install valgrind' }],
        }),
        [],
        0.04,
      ),
      lab.line(report('lids', ['not-measurable'], { error: 'no lid\nat all' }), [], 61),
    ];
    expect(lines.join('')).toMatchInlineSnapshot(`
      "three-faults           2 held             9.1 s  Three faults
      boxes                  1 held, 1 refuted, 1 not measurable  0.0 s  Boxes (without valgrind)
      lids                   broke off         61.0 s  no lid
      "
    `);
    expect(lab.screen(ENDING)).toMatchInlineSnapshot(`
      "
      Three faults
      rustc  crossfree
      -O     LATENT
      -O -g  LATENT
      6 claims: 3 held, 1 refuted, 2 not measurable.
        refuted  boxes/claim-1: a sentence that goes on and on a s… → a sentence that goes on and on a se…
      10 experiments left out, about the machine: crossfree lab --full
      Everything, with every reason: /tmp/lab.html
      "
    `);
  });

  it('shows both what was claimed and what was measured of a long claim, in a line of the usual width', () => {
    const lab = new BriefLab({ colour: false });
    lab.line(report('boxes', ['refuted']), [], 1);
    const refuted = lab
      .screen(ENDING)
      .split('\n')
      .find((line) => line.includes('refuted  '));
    expect(refuted).toMatch(/^ {2}refuted {2}boxes\/claim-0: a sentence .*… → a sentence .*…$/);
    expect([...(refuted ?? '')].length).toBeLessThanOrEqual(100);
  });

  it.each([0, 1, 4])('stays below sixty lines with npm’s own, %i refuted claims an experiment', (count) => {
    const lab = new BriefLab({ colour: false });
    const verdicts = Array<ClaimVerdict>(count).fill('refuted');
    const printed =
      USUAL.map(({ id }) => lab.line(report(id, verdicts), [TABLE], 1)).join('') + lab.screen(ENDING);
    const lines = printed.trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(55);
    for (const line of lines) expect([...line].length).toBeLessThanOrEqual(100);
    const shown = lines.filter((line) => line.startsWith('  refuted')).length;
    const more = Number(/and (\d+) more that were refuted/.exec(printed)?.[1] ?? 0);
    expect(shown + more).toBe(count * USUAL.length);
  });
});

it('what is left out of a usual lab is a part of the whole, and the three faults are in it', () => {
  expect(USUAL.every((one) => CATALOGUE.includes(one))).toBe(true);
  expect(USUAL.length).toBeLessThan(CATALOGUE.length);
  expect(USUAL.map(({ id }) => id)).toContain('three-faults');
});
