import { isCheckMessage } from '../../evidence/red-flags/red-flags.ts';
import type { Testimony } from '../../evidence/testimony.ts';
import type {
  Autopsy,
  EvidencePiece,
  EvidenceSource,
  Finding,
  Frame,
  Outcome,
  PointedBlock,
  Remark,
  Verdict,
} from '../../model/index.ts';
import { verdictOf } from '../verdict.ts';
import { findingOf } from './finding.ts';
import { ownFrame } from './own-frame.ts';
import { nextOf, storyOf, unknownOf } from './story.ts';

/** What one piece of evidence told, and the file that it stood in. */
export interface Told extends Testimony {
  file?: string;
  /** What is judged already, of a run that crossfree observed. */
  findings?: Finding[];
  verdict?: Verdict;
  blocks?: PointedBlock[];
}

/** The more it can know of the wrong act, the earlier. */
const STRENGTH: EvidenceSource[] = [
  'asan',
  'valgrind',
  'msan',
  'tsan',
  'crash-record',
  'core',
  'gdb',
  'ubsan',
  'lsan',
  'strace',
  'kernel-log',
  'output',
];

/** One story of all that was read; `told` has at least one entry. */
export function judgeAutopsy(told: readonly Told[]): Autopsy {
  const byStrength = [...told].sort((a, b) => STRENGTH.indexOf(a.source) - STRENGTH.indexOf(b.source));
  const speaking = byStrength.find((one) => one.complaints.length > 0 || one.fault) ?? byStrength[0];
  const findings: Finding[] = [];
  const remarks: Remark[] = [];
  for (const one of byStrength) {
    findings.push(...(one.findings ?? []));
    for (const complaint of one.complaints) {
      const finding = findingOf(complaint);
      if (finding) findings.push(finding);
      else {
        const frame = ownFrame(complaint.act?.stack);
        const { tool, kind, message } = complaint;
        remarks.push({ tool, kind, message, ...(frame && { frame }) });
      }
    }
  }
  const fault =
    byStrength.find((one) => one.fault?.stack?.length)?.fault ?? byStrength.find((one) => one.fault)?.fault;
  const frame = fault && ownFrame(fault.stack);
  const threads = byStrength.find((one) => one.threads)?.threads;
  const heap = byStrength.find((one) => one.heap)?.heap;
  const stops = byStrength.find((one) => one.stops)?.stops;
  const command = byStrength.find((one) => one.command)?.command;
  const outcome = outcomeOf(byStrength);
  const blocks = byStrength.flatMap((one) => one.blocks ?? []);
  const faulty = faultyOf(findings) ?? frame ?? ownFrame(remarks.find((one) => one.frame)?.frame);
  const base = {
    schema: 'crossfree/autopsy@1' as const,
    source: speaking?.source ?? 'output',
    evidence: told.map(({ source, file, tool, complete }): EvidencePiece => {
      return { source, ...(file !== undefined && { file }), tool, complete };
    }),
    ...(command && { command }),
    outcome,
    verdict: byStrength.find((one) => one.verdict)?.verdict ?? verdict(outcome, findings, byStrength),
    findings,
    ...(fault && { fault: { ...fault, ...(frame && { frame }) } }),
    ...(threads && { threads }),
    ...(heap && { heap }),
    ...(stops && { stops }),
    ...(blocks.length > 0 && { blocks }),
    ...(faulty && { faulty }),
    flags: told.flatMap((one) => one.flags),
    remarks,
  };
  const unknown = [...unknownOf(base), ...byStrength.flatMap((one) => one.unknown ?? [])];
  return { ...base, story: storyOf(base), unknown, next: nextOf(base) };
}

/** Where the first wrong act that can hurt took place; a leak ends no program. */
function faultyOf(findings: readonly Finding[]): Frame | undefined {
  for (const finding of findings) {
    const frame = finding.code === 'CF012' ? undefined : ownFrame(finding.death?.stack);
    if (frame) return frame;
  }
  return undefined;
}

function outcomeOf(told: readonly Testimony[]): Outcome {
  const outcomes = told.flatMap((one) => one.outcome ?? []);
  const said = outcomes.find((outcome) => outcome.kind === 'signal' && outcome.message !== undefined);
  return (
    said ?? outcomes.find((outcome) => outcome.kind === 'signal') ?? outcomes[0] ?? { kind: 'unrecorded' }
  );
}

function verdict(
  outcome: Outcome,
  findings: readonly Finding[],
  told: readonly Testimony[],
): Autopsy['verdict'] {
  const check = told.some((one) => one.flags.some((flag) => isCheckMessage(flag.said)));
  const ends = told.some((one) => one.source === 'asan' && one.complaints.length > 0);
  if (outcome.kind === 'unrecorded') {
    if (check || ends) return 'caught';
    if (findings.length === 0) {
      return told.every((one) => one.source === 'valgrind' && one.complete) ? 'clean' : 'unobservable';
    }
  }
  return verdictOf({ outcome, findings, unobserved: false, stopped: false });
}
