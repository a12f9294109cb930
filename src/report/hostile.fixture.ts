import type { Run } from '../model/index.ts';
import { cleanRun, vecFromMalloc } from './run.fixture.ts';

/** What a program could write into its names to get out of a format. */
export const HOSTILE =
  '<script>alert(1)</script>]]>&"\'|``` [x](http://y) {0} \u2028\u0000\x1b[31m\ud800%0A::error::,\n## x';

/** A run whose every text from outside is hostile. */
export function hostileRun(): Run {
  const finding = vecFromMalloc();
  for (const event of [finding.birth, finding.death]) {
    for (const frame of event?.stack ?? []) {
      frame.function = HOSTILE;
      frame.file = `/home/a/${HOSTILE}`;
      frame.module = HOSTILE;
    }
  }
  finding.message = HOSTILE;
  finding.worlds = { allocated: HOSTILE, released: HOSTILE };
  return {
    ...cleanRun(),
    command: [HOSTILE],
    verdict: 'latent',
    coverage: 'partial',
    findings: [finding],
    observed: {
      allocations: {},
      gaps: [{ module: HOSTILE, reason: HOSTILE, remedy: HOSTILE }],
      unknownReleases: 0,
    },
  };
}
