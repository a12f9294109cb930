import { isCheckMessage } from '../evidence/red-flags/red-flags.ts';
import type { Finding, Outcome, Verdict } from '../model/index.ts';

/** Signals that a program brings upon itself. */
const OWN_SIGNALS = new Set([
  'SIGSEGV',
  'SIGBUS',
  'SIGILL',
  'SIGFPE',
  'SIGABRT',
  'SIGIOT',
  'SIGTRAP',
  'SIGSYS',
  'SIGSTKFLT',
]);

export interface Judged {
  outcome: Outcome;
  findings: readonly Finding[];
  /** An allocator's metadata does not add up at the end. */
  corrupted?: boolean;
  /** Nothing of the program could be seen. */
  unobserved: boolean;
  /** We ended the program: `--on-finding stop`. */
  stopped: boolean;
}

/** Outcome and findings judged together; see the table of verdicts. */
export function verdictOf({ outcome, findings, corrupted, unobserved, stopped }: Judged): Verdict {
  if (unobserved) return 'unobservable';
  if (outcome.kind === 'timeout') return 'hung';
  if (outcome.kind === 'signal' && !stopped) {
    if (!OWN_SIGNALS.has(outcome.signal)) return 'killed';
    return outcome.message !== undefined && isCheckMessage(outcome.message) ? 'caught' : 'crashed';
  }
  if (corrupted) return 'silent';
  if (findings.length === 0) return 'clean';
  if (findings.some(corrupts)) return 'silent';
  const prevented = ['prevented', 'redirected', 'stopped'];
  return findings.every((finding) => prevented.includes(finding.detail.act)) ? 'healed' : 'latent';
}

/** Whether memory that belongs to something else was written, as far as the finding proves it. */
function corrupts({ code, certainty, detail }: Finding): boolean {
  if (code === 'CF011' || code === 'CF007') return code === 'CF011' || certainty === 'proven';
  return (code === 'CF009' || code === 'CF010') && certainty === 'proven' && detail.access?.kind === 'write';
}
