import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Finding, FindingCode, Run } from '../../model/index.ts';
import type { Sight } from '../sight.ts';
import { answersOf, inWords, linesOf, type Measurement, markedLines, pageOf } from './three-faults.ts';

const SOURCE = readFileSync(new URL('../../../specimens/lab/three-faults.rs', import.meta.url), 'utf8');
const MARKED = markedLines(SOURCE);

function finding(code: FindingCode, worlds: [string, string], name: string, lines: string): Finding {
  const [born, died] = lines.split(' -> ').map(Number);
  const frames = (line?: number) => [
    { function: 'alloc::alloc::dealloc', file: '/rustc/alloc.rs', line: 1 },
    { function: `three_faults::${name}`, file: '/src/three-faults.rs', line: line ?? 0 },
  ];
  return {
    code,
    kind: code === 'CF001' ? 'cross-free' : 'layout-mismatch',
    certainty: 'proven',
    message: '',
    count: 1,
    worlds: { allocated: worlds[0], released: worlds[1] },
    block: { address: '0x1', size: 560 },
    birth: { thread: 1, stack: frames(born) },
    death: { thread: 1, stack: frames(died) },
    detail:
      code === 'CF004'
        ? { act: 'performed', expected: { size: 560, alignment: 1 }, actual: { size: 44800, alignment: 8 } }
        : { act: 'performed' },
  };
}

const FINDINGS = [
  finding('CF001', ['c', 'rust'], 'c_block_dropped_by_rust', MARKED[0] ?? ''),
  finding('CF001', ['rust', 'c'], 'rust_box_given_to_free', MARKED[1] ?? ''),
  finding('CF004', ['rust', 'rust'], 'vec_rebuilt_with_wrong_capacity', MARKED[2] ?? ''),
];

function runOf(findings: Finding[], rest: Partial<Run> = {}): Run {
  return {
    schema: 'crossfree/run@1',
    command: ['./app'],
    arrangement: { c: 'glibc', rust: 'glibc' },
    outcome: { kind: 'exit', code: 0 },
    verdict: 'latent',
    coverage: 'full',
    findings,
    processes: [],
    observed: { allocations: {}, gaps: [], unknownReleases: 0 },
    ...rest,
  };
}

const GAP = { module: '/app', reason: 'no symbols', remedy: 'build it without strip' };
const partial: Partial<Run> = {
  coverage: 'partial',
  observed: { allocations: {}, gaps: [GAP], unknownReleases: 0 },
};

function sight(flags: string, run: Run, kinds: [string?, string?] = []): Sight {
  const errors = (kind?: string) => (kind === undefined ? [] : [{ kind, what: '', message: '', stack: [] }]);
  const outcome = { kind: 'exit', code: 0 } as const;
  return {
    flags,
    bare: { outcome, stdout: '', stderr: '' },
    valgrind: { outcome, errors: errors(kinds[0]), complete: true },
    asan: { outcome, errors: errors(kinds[1]), how: 'built' },
    run,
  };
}

/** What a machine measures on which everything is as claimed. */
function measurement(): Measurement {
  return {
    sights: [
      sight('-O', runOf(FINDINGS)),
      sight('-C opt-level=z', runOf(FINDINGS)),
      sight('-O -g', runOf(FINDINGS)),
      sight('-O -g -C lto=fat', runOf(FINDINGS.slice(0, 2), partial)),
      sight('-O -C strip=symbols', runOf([], { verdict: 'clean', ...partial })),
    ],
    control: sight('-O -g', runOf([{ ...FINDINGS[0], code: 'CF002' } as Finding]), [
      'InvalidFree',
      'double-free',
    ]),
    marked: MARKED,
  };
}

const verdicts = (measured: Measurement) =>
  Object.entries(answersOf(measured)).flatMap(([id, { verdict }]) =>
    verdict === 'holds' ? [] : [`${id} ${verdict}`],
  );

/** The measurement, changed in one build. */
function changed(flags: string, change: (sight: Sight) => void): Measurement {
  // through JSON, since the builds share their findings
  const measured: Measurement = JSON.parse(JSON.stringify(measurement()));
  for (const sight of measured.sights) if (sight.flags === flags) change(sight);
  return measured;
}

describe('the answers of three-faults', () => {
  it('hold when everything is as claimed', () => {
    expect(verdicts(measurement())).toEqual([]);
  });

  it.each<[string, string, string, (sight: Sight) => void]>([
    [
      'a program that died',
      '-O',
      'exits-zero',
      (s) => (s.bare.outcome = { kind: 'signal', signal: 'SIGABRT' }),
    ],
    [
      'Valgrind saw something',
      '-O',
      'valgrind',
      (s) => s.valgrind?.errors.push({ kind: 'InvalidFree', what: '', stack: [] }),
    ],
    ['Valgrind broke off', '-O', 'valgrind', (s) => Object.assign(s.valgrind ?? {}, { complete: false })],
    [
      'AddressSanitizer saw something',
      '-O -g',
      'asan',
      (s) => s.asan?.errors.push({ kind: 'bad-free', message: '' }),
    ],
    ['a finding was missed', '-C opt-level=z', 'found', (s) => s.run.findings.pop()],
    ['a finding came twice', '-O', 'found', (s) => s.run.findings.push(...FINDINGS.slice(0, 1))],
    ['the verdict is another', '-O', 'found', (s) => (s.run.verdict = 'healed')],
    ['the coverage is another', '-O', 'found', (s) => (s.run.coverage = 'partial')],
    ['nothing was found with LTO', '-O -g -C lto=fat', 'lto', (s) => (s.run.findings = [])],
    ['the LTO build passes as wholly seen', '-O -g -C lto=fat', 'lto', (s) => (s.run.coverage = 'full')],
    [
      'the stripped build passes as wholly seen',
      '-O -C strip=symbols',
      'stripped',
      (s) => (s.run.coverage = 'full'),
    ],
    [
      'a finding of the stripped build is called proven',
      '-O -C strip=symbols',
      'stripped',
      (s) => s.run.findings.push(...FINDINGS.slice(0, 1)),
    ],
    [
      'the stripped build has no remedy',
      '-O -C strip=symbols',
      'stripped',
      (s) => (s.run.observed.gaps = []),
    ],
  ])('are refuted when %s', (_, flags, claim, change) => {
    expect(verdicts(changed(flags, change))).toContain(`${claim} refuted`);
  });

  it('are refuted when a world or a line is wrong', () => {
    const swapped = FINDINGS.map((each, index) =>
      index === 1 ? finding('CF001', ['rust', 'c++'], 'rust_box_given_to_free', '1 -> 2') : each,
    );
    const measured = changed('-O -g', (sight) => (sight.run = runOf(swapped)));
    expect(verdicts(measured)).toEqual(['found refuted', 'lines refuted']);
  });

  it('say what could not be measured when the tools are missing or --quick left builds out', () => {
    const { sights, control, marked } = measurement();
    const bare = ({ flags, bare, run }: Sight): Sight => ({ flags, bare, run });
    const quick = { sights: sights.slice(0, 3).map(bare), control: bare(control), marked };
    expect(verdicts(quick)).toEqual([
      'valgrind not-measurable',
      'asan not-measurable',
      'lto not-measurable',
      'stripped not-measurable',
    ]);
  });
});

describe('the words for a finding', () => {
  it('name code, worlds, function and layouts', () => {
    expect(FINDINGS.map(inWords)).toEqual([
      'CF001 c -> rust in c_block_dropped_by_rust',
      'CF001 rust -> c in rust_box_given_to_free',
      'CF004 rust -> rust in vec_rebuilt_with_wrong_capacity: 560 bytes aligned to 1 as 44800 aligned to 8',
    ]);
  });

  it("take the line from the program's own source, not from the library's", () => {
    expect(FINDINGS.map(linesOf)).toEqual(MARKED);
  });
});

describe('the source', () => {
  it('marks a birth and a death for each fault, on lines that do such a thing', () => {
    const lines = SOURCE.split('\n');
    const [c, box, vec] = MARKED.map((pair) => pair.split(' -> ').map((line) => lines[Number(line) - 1]));
    expect(c).toEqual([expect.stringContaining('malloc('), expect.stringContaining('drop(')]);
    expect(box).toEqual([expect.stringContaining('Box::new('), expect.stringContaining('free(')]);
    expect(vec).toEqual([expect.stringContaining('vec!['), expect.stringContaining('drop(')]);
  });
});

describe('the page of three-faults', () => {
  it('says where the findings are only possible', () => {
    const measured = changed('-O -C strip=symbols', (sight) => {
      sight.run.findings = FINDINGS.slice(0, 1).map((each) => ({ ...each, certainty: 'possible' }));
    });
    const [table] = pageOf(measured).flatMap((block) => (block.kind === 'table' ? [block] : []));
    expect(table?.rows.at(4)?.at(4)).toBe('CLEAN CF001 possible');
  });

  it('sets the tools side by side, a row a build, and shows one whole report', () => {
    const page = pageOf(measurement());
    const [table] = page.flatMap((block) => (block.kind === 'table' ? [block] : []));
    expect(table?.rows.at(0)).toEqual([
      '-O',
      'exit 0',
      'nothing',
      'nothing',
      'LATENT CF001 CF001 CF004',
      'full',
    ]);
    expect(table?.rows).toHaveLength(6);
    expect(page.filter(({ kind }) => kind === 'report')).toHaveLength(1);
  });
});
