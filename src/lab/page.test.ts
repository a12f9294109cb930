import { describe, expect, it } from 'vitest';
import type { ExperimentReport } from './experiment.ts';
import type { LabReport } from './lab-report.ts';
import { labPages } from './page.ts';

const REPORT: ExperimentReport = {
  id: 'boxes',
  title: 'What boxes do',
  claims: [
    { id: 'size', source: 'A', claimed: 16, measured: 32, verdict: 'refuted', why: 'it was counted' },
    { id: 'lid', source: 'crossfree', claimed: ['a', 'b'], verdict: 'not-measurable', why: 'no lid here' },
  ],
  data: null,
  missing: [{ tool: 'valgrind', install: 'apt-get install valgrind' }],
};

const LAB: LabReport = {
  schema: 'crossfree/lab@1',
  machine: {
    processor: 'Abacus',
    cores: 2,
    memoryBytes: 2 ** 33,
    architecture: 'x64',
    kernel: '6.5',
    system: 'Debian',
    glibc: '2.36',
    node: '20.20.2',
    tools: { rustc: '1.95.0' },
  },
  quick: true,
  experiments: [REPORT],
};

const plain = labPages({ colour: false });

describe('the page of an experiment', () => {
  it('shows its tables and texts, and the line that installs what was missing', () => {
    const text = plain.experiment(REPORT, [
      { kind: 'text', text: 'Boxes were opened.' },
      { kind: 'table', header: ['box', 'inside'], rows: [['red', 'a cat']] },
    ]);
    expect(text).toMatchInlineSnapshot(`
      "boxes  What boxes do

        Boxes were opened.

        box  inside
        red  a cat

        Not on this machine, so left out; each line installs what is missing:
          valgrind       apt-get install valgrind

      "
    `);
  });

  it('says line by line what went wrong', () => {
    const text = plain.experiment({ ...REPORT, error: 'no box\nat \x1b[31mall' }, []);
    expect(text).toContain('  It broke off:\n  no box\n  at \\x1b[31mall\n');
  });
});

describe('the summary', () => {
  it('names every claim with its reason, the sources, the machine and the totals', () => {
    expect(plain.summary(LAB)).toMatchInlineSnapshot(`
      "Claims

        refuted  boxes/size
          A claims         16
          measured         32
          why              it was counted

        not-measurable  boxes/lid
          crossfree claims a
                           b
          why              no lid here

        A: an article on Rust and C memory interoperability (glibc 2.39, Rust 1.75, Linux 6.5, Core i7);
        crossfree: what crossfree says of itself

        On Abacus, 2 cores, 8 GiB, Debian, Linux 6.5, glibc 2.36, rustc 1.95.0.

      2 claims: 1 refuted, 1 not measurable. This was --quick, which leaves out a part.
      "
    `);
  });

  it('is coloured only when asked', () => {
    expect(plain.summary(LAB)).not.toContain('\x1b');
    expect(labPages({ colour: true }).summary(LAB)).toContain('\x1b[31mrefuted');
  });
});
