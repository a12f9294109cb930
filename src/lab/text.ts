import { align } from '../report/columns.ts';
import { printable } from '../report/printable.ts';

/** Columns of a page; a terminal of the usual size shows it unbroken. */
const WIDTH = 100;
const INDENT = '  ';

/** Text broken at spaces, indented. */
export function wrapped(text: string, indent = INDENT): string {
  const lines = [''];
  for (const word of printable(text).split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && indent.length + line.length + 1 + word.length > WIDTH) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.map((line) => `${indent}${line}\n`).join('');
}

/** A table whose columns are as wide as their widest cell. */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  style = (line: string) => line,
): string {
  const lines = align([header, ...rows].map((row) => row.map(printable)));
  return lines.map((line, index) => `${INDENT}${index === 0 ? style(line) : line}\n`).join('');
}
