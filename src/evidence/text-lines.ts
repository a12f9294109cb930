/** Longer lines are cut: no tool writes them, and patterns take their time on them. */
export const LONGEST_LINE = 8192;

/** The lines of a text, without their ends. */
export function* textLines(text: string): Generator<string> {
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf('\n', at);
    const stop = end < 0 ? text.length : end;
    const line = text.slice(at, Math.min(stop, at + LONGEST_LINE));
    yield line.endsWith('\r') ? line.slice(0, -1) : line;
    at = stop + 1;
  }
}
