/** What AddressSanitizer said before it ended the program. */
export interface AsanError {
  /** AddressSanitizer's own name for it, from its summary: `double-free`, `heap-use-after-free`, `bad-free`, … */
  kind: string;
  /** The sentence in which it says what happened. */
  message: string;
}

const LINE = /^(?:==\d+==ERROR|SUMMARY): AddressSanitizer: (.+)$/gm;

/**
 * Reads the text that AddressSanitizer writes to stderr or to its `log_path`; other lines are passed
 * over. Where the summary is missing (the text breaks off), `kind` is `unknown`.
 */
export function readAsanLog(text: string): AsanError[] {
  const errors: AsanError[] = [];
  for (const [line, said = ''] of text.matchAll(LINE)) {
    if (!line.startsWith('SUMMARY')) errors.push({ kind: 'unknown', message: said });
    const last = errors.at(-1);
    if (line.startsWith('SUMMARY') && last) last.kind = said.split(' ', 1)[0] ?? 'unknown';
  }
  return errors;
}
