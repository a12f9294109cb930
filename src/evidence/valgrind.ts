import { SaxesParser } from 'saxes';
import type { Frame } from '../model/index.ts';
import { MOST_COMPLAINTS, MOST_FRAMES } from './testimony.ts';

/** One error that Valgrind's memcheck reports; the stacks are innermost first. */
export interface ValgrindError {
  /** Memcheck's own name for it: `InvalidFree`, `MismatchedFree`, `InvalidRead`, … */
  kind: string;
  what: string;
  stack: Frame[];
  /** What it says of the address, each with the stack that belongs to it. */
  more?: { what: string; stack: Frame[] }[];
}

export interface ValgrindReport {
  errors: ValgrindError[];
  /** False when the document breaks off before Valgrind said that the program had finished. */
  complete: boolean;
  /** The signal that ended the program under Valgrind. */
  fatal?: { signal: string; event: string; address?: string; stack: Frame[] };
  command?: string[];
}

/**
 * Reads the document that `valgrind --xml=yes --xml-file=…` writes (protocol 4). One that breaks off,
 * as when the process was killed, gives the errors that were complete by then.
 */
export function readValgrindXml(document: string): ValgrindReport {
  const report: ValgrindReport = { errors: [], complete: false };
  const path: string[] = [];
  let text = '';
  let error: ValgrindError | undefined;
  let frame: Frame | undefined;
  let directory: string | undefined;
  let stacks = 0;
  let command: string[] | undefined;

  const parser = new SaxesParser();
  parser.on('opentag', ({ name }) => {
    path.push(name);
    text = '';
    if (name === 'error') {
      error = { kind: '', what: '', stack: [] };
      stacks = 0;
    } else if (name === 'fatal_signal') {
      report.fatal = { signal: '', event: '', stack: [] };
    } else if (name === 'argv') command = report.command = [];
    else if (name === 'stack') stacks += 1;
    else if (name === 'frame') [frame, directory] = [{}, undefined];
  });
  parser.on('text', (piece) => (text += piece));
  parser.on('closetag', ({ name }) => {
    path.pop();
    const parent = path.at(-1);
    if (name === 'state' && text === 'FINISHED') report.complete = true;
    if (parent === 'argv' && (name === 'exe' || name === 'arg')) command?.push(text);
    const { fatal } = report;
    if (parent === 'fatal_signal' && fatal) {
      if (name === 'signame') fatal.signal = text;
      if (name === 'event') fatal.event = text;
      if (name === 'siaddr') fatal.address = text.toLowerCase();
    }
    if (error === undefined && !path.includes('fatal_signal')) return;
    if (parent === 'error' && error) {
      if (name === 'auxwhat') error.more = [...(error.more ?? []), { what: text, stack: [] }];
      if (name === 'kind') error.kind = text;
      // Leaks come as <xwhat><text>…</text>…, everything else as <what>.
      if (name === 'what') error.what = text;
    }
    if (parent === 'xwhat' && name === 'text' && error) error.what = text;
    if (frame !== undefined && parent === 'frame') {
      if (name === 'fn') frame.function = text;
      if (name === 'obj') frame.module = text;
      if (name === 'dir') directory = text;
      if (name === 'file') frame.file = directory === undefined ? text : `${directory}/${text}`;
      if (name === 'line') frame.line = Number(text);
    }
    if (name === 'frame' && frame !== undefined) {
      // Later stacks say where the block was born or released; the first is the error's own.
      const into = error ? (stacks === 1 ? error : error.more?.at(-1)) : report.fatal;
      if (into && into.stack.length < MOST_FRAMES) into.stack.push(frame);
      frame = undefined;
    }
    if (name === 'error' && error) {
      if (report.errors.length < MOST_COMPLAINTS) report.errors.push(error);
      error = undefined;
    }
  });
  // A document that breaks off is not well-formed; what came before the break stands.
  parser.on('error', () => undefined);
  parser.write(document).close();
  return report;
}
