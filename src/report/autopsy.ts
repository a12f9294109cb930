import type { Autopsy } from '../model/index.ts';
import { stopLines } from './debugger-stop.ts';
import { painter } from './paint.ts';
import { printable } from './printable.ts';
import { wrap } from './wrap.ts';

const WIDTH = 100;

/** By which means a program was watched, and why not by the others. */
function meansLines({ means }: Autopsy): string[] {
  if (!means) return [];
  const others = means.others.map(({ name, why }) => `not by ${name}: ${why}`);
  return wrap(printable([`by ${means.chosen}: ${means.why}`, ...others].join('; ')), WIDTH);
}

/** The story that a person reads on a terminal; ends with a newline. */
export function renderAutopsy(autopsy: Autopsy, options: { colour: boolean }): string {
  const paint = painter(options.colour);
  const from = autopsy.evidence.map((piece) => `${piece.tool}${piece.file ? ` in ${piece.file}` : ''}`);
  const blocks = [
    [`crossfree  ${paint('bold', autopsy.verdict.toUpperCase())}   from ${printable(from.join(', '))}`],
    ...(autopsy.stops ?? []).map((stop, index) => stopLines(stop, index + 1, paint)),
    autopsy.story.flatMap((line) => wrap(printable(line), WIDTH)),
    autopsy.unknown.flatMap(({ what, remedy }) => [
      ...wrap(`not known: ${printable(what)}`, WIDTH),
      `  ${paint('dim', 'what would tell:')} ${printable(remedy)}`,
    ]),
    meansLines(autopsy),
    autopsy.next.map((command) => `  ${paint('dim', printable(command))}`),
  ].filter((lines) => lines.length > 0);
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}
