import { align } from '../report/columns.ts';
import { painter } from '../report/paint.ts';
import { printable } from '../report/printable.ts';
import type { Check, Health } from './check.ts';

const STYLES = { ok: 'green', missing: 'red', note: 'yellow' } as const;

/** The health of a machine for a person; ends with a newline. */
export function renderDoctor(health: Health, colour: boolean): string {
  const paint = painter(colour);
  const rows = health.checks.map((check) => [
    `  ${paint(STYLES[check.state], check.state)}`,
    check.title,
    printable(check.detail),
  ]);
  const lines = align(rows).flatMap((line, index) => {
    const { remedy } = health.checks[index] as Check;
    return remedy === undefined
      ? [line]
      : [line, `           ${paint('dim', 'mend it:')} ${printable(remedy)}`];
  });
  const verdict = health.observes
    ? paint(['bold', 'green'], 'This machine can observe programs.')
    : paint(['bold', 'red'], 'This machine cannot observe programs.');
  return `${verdict}\n${lines.join('\n')}\n`;
}
