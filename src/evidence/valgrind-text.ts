import type { Frame } from '../model/index.ts';
import { MOST_COMPLAINTS, MOST_FRAMES } from './testimony.ts';
import { textLines } from './text-lines.ts';
import type { ValgrindError, ValgrindReport } from './valgrind.ts';

const LINE = /^==\d{1,10}== ?(.*)$/;
const FRAME = /^ {3}(?:at|by) 0x[0-9A-F]{1,16}: (.*)$/;
const KINDS: [RegExp, string][] = [
  [/^Invalid read of size/, 'InvalidRead'],
  [/^Invalid write of size/, 'InvalidWrite'],
  [/^Invalid free\(\)/, 'InvalidFree'],
  [/^Mismatched (free|new|delete)/, 'MismatchedFree'],
  [/^Conditional jump or move depends on uninitialised/, 'UninitCondition'],
  [/^Use of uninitialised value/, 'UninitValue'],
  [/^Syscall param .* uninitialised/, 'SyscallParam'],
  [/^Source and destination overlap/, 'Overlap'],
  [/^Jump to the invalid address/, 'InvalidJump'],
  [/are definitely lost in loss record/, 'Leak_DefinitelyLost'],
  [/^Possible data race/, 'Race'],
];

/** Valgrind's text, as it goes to stderr or `--log-file`; undefined when there is none in it. */
export function readValgrindText(text: string): ValgrindReport | undefined {
  const report: ValgrindReport = { errors: [], complete: false };
  let seen = false;
  let error: ValgrindError | undefined;
  let into: Frame[] | undefined;
  for (const line of textLines(text)) {
    const said = LINE.exec(line)?.[1];
    if (said === undefined) continue;
    seen ||= /Memcheck|Valgrind|Helgrind|DRD/.test(said);
    const frame = FRAME.exec(said)?.[1];
    const command = /^Command: (.*)$/.exec(said)?.[1];
    const fatal = /^Process terminating with default action of signal \d+ \((SIG\w+)\)/.exec(said)?.[1];
    const kind = KINDS.find(([pattern]) => pattern.test(said))?.[1];
    if (frame !== undefined) {
      if (into && into.length < MOST_FRAMES) into.push(frameOf(frame));
    } else if (command !== undefined) report.command = command.split(' ');
    else if (fatal) {
      report.fatal = { signal: fatal, event: '', stack: [] };
      into = report.fatal.stack;
    } else if (kind) {
      error = { kind, what: said, stack: [] };
      into = error.stack;
      if (report.errors.length < MOST_COMPLAINTS) report.errors.push(error);
    } else if (said.startsWith('ERROR SUMMARY:')) report.complete = true;
    else if (/^ (Address 0x|Block was alloc|Uninitialised value was)/.test(said) && error && into) {
      const more = { what: said.trim(), stack: [] };
      error.more = [...(error.more ?? []), more];
      into = more.stack;
    } else if (
      report.fatal &&
      into === report.fatal.stack &&
      report.fatal.event === '' &&
      said.startsWith(' ')
    ) {
      report.fatal.event = said.trim();
      const address = /address (0x[0-9A-F]+)/.exec(said)?.[1];
      if (address) report.fatal.address = address.toLowerCase();
    } else if (said.trim() === '') into = undefined;
  }
  return seen || report.errors.length > 0 ? report : undefined;
}

/** `main (uaf.c:9)`, `free (in /usr/lib/x.so)`, `???`. */
function frameOf(text: string): Frame {
  const [, name = text, where = ''] = /^(.*) \((.*)\)$/.exec(text) ?? [];
  const frame: Frame = name === '???' ? {} : { function: name };
  const place = /^(.+):(\d{1,9})$/.exec(where);
  if (place) return { ...frame, file: place[1] ?? '', line: Number(place[2]) };
  return where.startsWith('in ') ? { ...frame, module: where.slice(3) } : frame;
}
