import type { Paint } from './paint.ts';

/**
 * Our own pages for a terminal: headings, fenced code, lists and `code`; the lines are broken in the
 * source already. Not a Markdown parser: the pages keep to these few forms.
 */
export function renderMarkdown(source: string, paint: Paint): string {
  let fenced = false;
  const lines = source
    .trimEnd()
    .split('\n')
    .flatMap((line) => {
      if (line.startsWith('```')) {
        fenced = !fenced;
        return [];
      }
      if (fenced) return [line === '' ? '' : `    ${paint('cyan', line)}`];
      const heading = /^#+ (.*)$/.exec(line)?.[1];
      if (heading !== undefined) return [paint('bold', heading)];
      return [
        line.replace(/`([^`]+)`/g, (quoted, code: string) =>
          paint('cyan', code) === code ? quoted : paint('cyan', code),
        ),
      ];
    });
  return `${lines.join('\n')}\n`;
}
