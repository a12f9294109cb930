/** Rows with their columns aligned by padding. A row's last cell needs no room: nothing follows it. */
export function align(rows: string[][], gap = 2): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.slice(0, -1).forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, width(cell));
    });
  }
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === row.length - 1 ? cell : cell + ' '.repeat((widths[column] ?? 0) - width(cell) + gap),
      )
      .join('')
      .trimEnd(),
  );
}

/** How many characters a person sees; colour takes no room. */
function width(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape that begins a colour
  return [...text.replace(/\x1b\[\d+m/g, '')].length;
}
