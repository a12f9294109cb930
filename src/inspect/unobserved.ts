import type { Gap } from '../model/index.ts';
import * as obstacles from './obstacles.ts';
import { fileCapabilities } from './privilege.ts';
import type { ProgramFacts } from './program.ts';

/**
 * Why a program that ran left no ledger, for one with no obstacle known beforehand. Looks at what
 * is too slow to look at before each run.
 */
export async function explainUnobserved(facts: ProgramFacts): Promise<Gap> {
  if (facts.obstacle) return facts.obstacle;
  const subject = facts.interpreter ?? facts.path;
  const capabilities = await fileCapabilities(subject);
  if (capabilities === 'some') return obstacles.ofPrivilege(subject, 'capabilities');
  return obstacles.unexplained(subject, capabilities === 'unchecked');
}
