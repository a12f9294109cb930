import { describe, expect, it } from 'vitest';
import type { Outcome, Run, Verdict } from '../../model/index.ts';
import { answersOf, pageOf, type Sighting } from './exit-codes.ts';

function sighting(
  ending: Sighting['ending'],
  outcome: Outcome,
  verdict: Verdict,
  statuses: { shell?: number; python?: number } = {},
): Sighting {
  const found = verdict === 'latent' ? [{ code: 'CF001' }] : [];
  return {
    ending,
    stdout: `about to: ${ending}\n`,
    run: { outcome, verdict, findings: found } as unknown as Run,
    ...statuses,
  };
}

const exit = (code: number): Outcome => ({ kind: 'exit', code });
const signal = (name: string): Outcome => ({ kind: 'signal', signal: name });

/** What a machine measures on which everything is as claimed. */
function sightings(): Sighting[] {
  return [
    sighting('mixed-free', exit(0), 'latent', { shell: 0, python: 0 }),
    sighting('failure', exit(3), 'clean', { shell: 3, python: 3 }),
    sighting('null-write', signal('SIGSEGV'), 'crashed', { shell: 139, python: -11 }),
    sighting('abort', signal('SIGABRT'), 'crashed', { shell: 134, python: -6 }),
    sighting('past-the-file', signal('SIGBUS'), 'crashed', { shell: 135, python: -7 }),
    sighting('illegal-instruction', signal('SIGILL'), 'crashed', { shell: 132, python: -4 }),
    sighting('division-by-zero', signal('SIGFPE'), 'crashed', { shell: 136, python: -8 }),
    sighting('kill', signal('SIGKILL'), 'killed', { shell: 137, python: -9 }),
    sighting('out-of-memory', signal('SIGABRT'), 'crashed', { shell: 134, python: -6 }),
    sighting('stack-overflow', signal('SIGSEGV'), 'crashed', { shell: 139, python: -11 }),
    sighting('hang', { kind: 'timeout', afterMs: 1500 }, 'hung'),
  ];
}

function verdicts(change: (all: Sighting[]) => void = () => {}) {
  const all = sightings();
  change(all);
  return Object.entries(answersOf(all)).flatMap(([id, { verdict }]) =>
    verdict === 'holds' ? [] : [`${id} ${verdict}`],
  );
}

const of = (all: Sighting[], name: Sighting['ending']) =>
  all.find(({ ending }) => ending === name) as Sighting;

describe('the answers of exit-codes', () => {
  it('hold when everything is as claimed', () => {
    expect(verdicts()).toEqual([]);
  });

  it('are refuted when an exit status is another', () => {
    expect(verdicts((all) => Object.assign(of(all, 'null-write'), { shell: 11 }))).toEqual(['segv refuted']);
    expect(verdicts((all) => Object.assign(of(all, 'abort'), { python: 134 }))).toEqual(['abrt refuted']);
  });

  it('are refuted when the mixed free is not found, or does not exit with 0', () => {
    expect(verdicts((all) => (of(all, 'mixed-free').run.findings = []))).toEqual([
      'zero-is-dangerous refuted',
    ]);
    expect(verdicts((all) => Object.assign(of(all, 'mixed-free'), { shell: 134 }))).toEqual([
      'zero-is-dangerous refuted',
    ]);
  });

  it('are refuted when two endings are mistaken for each other', () => {
    expect(verdicts((all) => (of(all, 'kill').run.verdict = 'crashed'))).toEqual(['told-apart refuted']);
    expect(verdicts((all) => (of(all, 'hang').run.outcome = signal('SIGKILL')))).toEqual([
      'told-apart refuted',
    ]);
  });

  it('are refuted when output is lost', () => {
    expect(verdicts((all) => Object.assign(of(all, 'abort'), { stdout: '' }))).toEqual([
      'output-kept refuted',
    ]);
  });

  it('say what Python would be needed for', () => {
    const without = (all: Sighting[]) => {
      for (const each of all) delete each.python;
    };
    expect(verdicts(without)).toEqual(['segv not-measurable', 'abrt not-measurable']);
  });
});

describe('the page of exit-codes', () => {
  it('has a row for each ending', () => {
    const [table] = pageOf(sightings()).flatMap((block) => (block.kind === 'table' ? [block] : []));
    expect(table?.rows.at(0)).toEqual(['mixed-free', '0', '0', 'exit 0', 'LATENT CF001']);
    expect(table?.rows.at(-1)).toEqual(['hang', '-', '-', 'time-out', 'HUNG']);
    expect(table?.rows).toHaveLength(11);
  });
});
