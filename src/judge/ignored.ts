import type { Gap } from '../model/index.ts';

/** What is said of files in the run's folder that were not read: one line for all. */
export function gapOfIgnored(ignored: ReadonlyMap<string, number>): Gap {
  const count = [...ignored.values()].reduce((sum, one) => sum + one, 0);
  const reasons = [...ignored].map(([why, files]) => (ignored.size === 1 ? why : `${files} ${why}`));
  return {
    reason: `${count} file${count === 1 ? '' : 's'} in the run's folder ${count === 1 ? 'was' : 'were'} not read: ${reasons.join(', ')}`,
    remedy: 'only ledgers that processes of this run wrote are believed; see docs/security.md',
  };
}
