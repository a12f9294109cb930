import { styleText } from 'node:util';

export type Style = Parameters<typeof styleText>[0];
export type Paint = (style: Style, text: string) => string;

/** A painter that paints, or one that leaves text as it is. */
export function painter(colour: boolean): Paint {
  if (!colour) return (_style, text) => text;
  // newer Nodes would look at stdout to decide; the decision has been made
  const style = styleText as (style: Style, text: string, options: { validateStream: boolean }) => string;
  return (format, text) => style(format, text, { validateStream: false });
}
