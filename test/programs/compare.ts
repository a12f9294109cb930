import { basename } from 'node:path';
import type { Finding, Run } from '../../src/model/index.ts';
import type { Observation } from './observe.ts';
import type { KnownBug, Program } from './program.ts';

/** A broken run may have thousands of findings. */
const MOST_SHOWN = 8;

/** Where two texts part: the offset and what each says there. */
function firstDifference(bare: Buffer, observed: Buffer): string {
  let at = 0;
  while (at < bare.length && at < observed.length && bare[at] === observed[at]) at++;
  const near = (text: Buffer) => JSON.stringify(text.subarray(Math.max(0, at - 20), at + 60).toString());
  return `at byte ${at} of ${bare.length} and ${observed.length}: bare ${near(bare)}, observed ${near(observed)}`;
}

/** How the observed run's behaviour parts from the bare one's; empty when it does not. */
export function differences(program: Program, bare: Observation, observed: Observation): string[] {
  const found: string[] = [];
  if (bare.ended.timedOut) found.push('the bare run did not end in time');
  if (observed.ended.timedOut) found.push('the observed run did not end in time');
  if (bare.ended.status !== observed.ended.status) {
    found.push(`exit status ${bare.ended.status} bare, ${observed.ended.status} observed`);
  }
  if (!bare.ended.stdout.equals(observed.ended.stdout)) {
    found.push(`standard output differs ${firstDifference(bare.ended.stdout, observed.ended.stdout)}`);
  }
  // The report comes last, so what the program said must stand unchanged before it.
  const said = observed.ended.stderr.subarray(0, bare.ended.stderr.length);
  if (!program.stderrVaries && !bare.ended.stderr.equals(said)) {
    found.push(`standard error differs ${firstDifference(bare.ended.stderr, said)}`);
  }
  for (const [name, bytes] of Object.entries(bare.produced)) {
    const other = observed.produced[name];
    if (!bytes) found.push(`the bare run did not make ${name}`);
    else if (!other) found.push(`the observed run did not make ${name}`);
    else if (!bytes.equals(other)) found.push(`${name} differs ${firstDifference(bytes, other)}`);
  }
  return found;
}

const isKnown = (finding: Finding, known: readonly KnownBug[]): boolean =>
  known.some(
    (bug) =>
      bug.code === finding.code &&
      finding.death?.stack.some((frame) => frame.function?.includes(bug.function)),
  );

/** What is wrong with the judgement: findings that nobody triaged, another verdict, processes not seen. */
export function objections(program: Program, run: Run | undefined): string[] {
  if (!run) return ['no result was written'];
  const found: string[] = [];
  const known = program.known ?? [];
  const strange = run.findings.filter((finding) => !isKnown(finding, known));
  for (const { code, certainty, count, message } of strange.slice(0, MOST_SHOWN)) {
    found.push(`${code} ${certainty} (${count}×): ${message}`);
  }
  if (strange.length > MOST_SHOWN) found.push(`${strange.length - MOST_SHOWN} more findings`);
  for (const bug of known) {
    if (!run.findings.some((finding) => isKnown(finding, [bug]))) {
      found.push(`the known ${bug.code} in ${bug.function} was not found`);
    }
  }
  const expected = program.verdict ?? 'clean';
  if (!known.length && run.verdict !== expected) found.push(`verdict ${run.verdict}, expected ${expected}`);
  if (expected === 'unobservable') return found;
  const total = Object.values(run.observed.allocations).reduce((sum, count) => sum + count, 0);
  if (total === 0) found.push('no allocation was observed');
  if (run.coverage === 'none') found.push('coverage none');
  const seen = new Set(run.processes.map(({ command }) => basename(command[0] ?? '')));
  for (const name of program.follows ?? []) {
    if (!seen.has(name)) found.push(`${name} is not among the processes seen: ${[...seen].join(' ')}`);
  }
  return found;
}
