import type { Program } from '../../specimens/recipe/c.js';
import type { Event, Finding, Run } from '../../src/model/index.ts';
import { type Expectation, expectationOf, type Wanted } from './expectation.ts';
import type { Half } from './observed.ts';

/** What is not as the specimen says it must be; empty when all is well. */
export function complaints(program: Program, half: Half, run: Run, output: string): string[] {
  const expectation = expectationOf(program, half);
  return [
    ...aboutEnd(expectation, run, output),
    ...aboutFindings(expectation, program, run.findings),
    ...(run.coverage === expectation.coverage
      ? []
      : [`coverage is ${run.coverage}, not ${expectation.coverage}: ${JSON.stringify(run.observed.gaps)}`]),
  ];
}

function aboutEnd(expectation: Expectation, run: Run, output: string): string[] {
  const { outcome } = run;
  const performed = run.findings.some(({ detail }) => detail.act === 'performed'); // told after the run: too late to heal
  if (expectation.end === 'any' || performed) return [];
  if (outcome.kind === 'exit' && outcome.code === 0 && output.endsWith('done\n')) return [];
  return [`ended with ${JSON.stringify(outcome)} after printing ${JSON.stringify(output)}`];
}

function aboutFindings(expectation: Expectation, program: Program, findings: Finding[]): string[] {
  const left = [...expectation.findings];
  const found = findings.flatMap((finding) => {
    const index = left.findIndex((wanted) => differences(wanted, finding, expectation).length === 0);
    const [wanted] = index < 0 ? [] : left.splice(index, 1);
    if (!wanted) return [`unexpected: ${describe(finding)}${nearest(expectation, finding)}`];
    return expectation.named ? aboutStacks(program, finding) : [];
  });
  return [
    ...found,
    ...left.filter(({ guess }) => !guess).map((wanted) => `missing: ${JSON.stringify(wanted)}`),
  ];
}

/** Both stacks must lead to the specimen's own functions. */
function aboutStacks({ specimen }: Program, finding: Finding): string[] {
  const event = (what: string, name: string, event: Event | undefined) =>
    event && !event.stack.some((frame) => isNamed(frame.function, name))
      ? [`${what} not in ${name}: ${event.stack.map((frame) => frame.function ?? frame.offset).join(' < ')}`]
      : [];
  return [...event('born', specimen.born, finding.birth), ...event('died', specimen.died, finding.death)];
}

function isNamed(full: string | undefined, name: string): boolean {
  const bare = full?.replace(/\(.*\)$/, '') ?? '';
  return bare === name || bare.endsWith(`::${name}`);
}

function nearest(expectation: Expectation, finding: Finding): string {
  const [wanted] = expectation.findings;
  return wanted ? ` (${differences(wanted, finding, expectation).join(', ')})` : '';
}

/** How a finding differs from what was wanted, in words. */
function differences(wanted: Wanted, finding: Finding, { hidden }: Expectation): string[] {
  const { where, offset, expected, actual } = finding.detail;
  const details: Record<string, string | undefined> = {
    where,
    offset: offset?.toString(),
    expected: expected && layout(wanted.details.expected, expected),
    actual: actual && layout(wanted.details.actual, actual),
    certainty: finding.certainty,
  };
  const world = (expected: string | undefined, got: string | undefined) =>
    expected === undefined || (hidden && got === 'undetermined') ? expected : got;
  const pairs: [string, string | undefined, string | undefined][] = [
    ['code', wanted.code, finding.code],
    ['certainty', wanted.certainty, finding.certainty],
    ['allocated', wanted.allocated, world(wanted.allocated, finding.worlds.allocated)],
    ['released', wanted.released, world(wanted.released, finding.worlds.released)],
    ...Object.entries(wanted.details).map(([key, value]): [string, string, string | undefined] => [
      key,
      value,
      details[key],
    ]),
  ];
  return pairs.filter(([, a, b]) => a !== b).map(([key, a, b]) => `${key}: expected ${a}, got ${b}`);
}

/**
 * `size/alignment`, with only the parts that `like` has. The alignment is not always known: an allocator's
 * own functions are told it only when it matters.
 */
function layout(
  like: string | undefined,
  { size, alignment }: { size?: number; alignment?: number },
): string {
  const [wantsSize, wantsAlignment] = (like ?? '').split('/');
  const known = wantsSize ? (alignment ?? wantsAlignment) : alignment;
  return `${wantsSize ? (size ?? '?') : ''}${wantsAlignment ? `/${known ?? '?'}` : ''}`;
}

function describe(finding: Finding): string {
  const { code, worlds, detail, certainty } = finding;
  return `${certainty} ${code} ${worlds.allocated ?? ''} -> ${worlds.released ?? ''} ${JSON.stringify(detail)} died ${finding.death?.stack.map((frame) => frame.function).join(' < ')}`;
}
