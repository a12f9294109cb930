import { type Event, type Finding, type Frame, type Run, servedBy } from '../model/index.ts';
import { advise } from './advice.ts';
import { align } from './columns.ts';
import type { Paint } from './paint.ts';
import { printable } from './printable.ts';
import { droppedType, fold, frameName, framePlace, LONGEST_NAME, shorten } from './stack-view.ts';
import { wrap } from './wrap.ts';

export interface ViewOptions {
  paint: Paint;
  cwd: string;
  /** Whole stacks instead of folded ones. */
  verbose: boolean;
}

/** As many callers as place a finding without filling the screen. */
const CALLERS = 3;
/** Prose is broken here. */
export const WIDTH = 100;

/** The lines of one finding. */
export function viewFinding(finding: Finding, run: Run, options: ViewOptions): string[] {
  const { paint } = options;
  const code = paint('bold', finding.code);
  const count = finding.count > 1 ? ` (${finding.count} times)` : '';
  const possible = finding.certainty === 'possible' ? paint('yellow', 'possible: ') : '';
  const lines = [`${code} ${finding.kind}   ${possible}${printable(finding.message)}${count}`];
  const events = eventsOf(finding);
  lines.push(...viewEvents(events, options).map((line) => `  ${line}`));
  if (finding.pid !== undefined) lines.push(`  ${paint('dim', processLine(finding.pid, run))}`);
  const prose = advise(finding, (world) => allocator(run, world));
  const doubt =
    finding.certainty === 'possible'
      ? `This may be a false positive: ${printable(finding.detail.reason ?? 'the evidence is incomplete')}. `
      : '';
  lines.push(...wrap(doubt + prose, WIDTH).map((line) => `  ${line}`));
  lines.push(`  ${paint('dim', `crossfree explain ${finding.code}`)}`);
  return lines;
}

/** Where something happened to a block: for each event its stack, folded or whole. */
export function viewEvents(events: readonly Labelled[], options: ViewOptions): string[] {
  return options.verbose
    ? events.flatMap((told) => wholeStack(told, options))
    : align(events.flatMap((told) => foldedStack(told, options)));
}

function allocator(run: Run, world: string): string | undefined {
  const name = servedBy(run.arrangement, world);
  return name === undefined ? undefined : printable(name);
}

export interface Labelled {
  /** `born`, `died`, … */
  label: string;
  event: Event;
  /** What was called, and with what: `malloc(64)`. */
  call: string;
}

function eventsOf(finding: Finding): Labelled[] {
  const { block, detail, birth, death } = finding;
  const events: Labelled[] = [];
  if (birth)
    events.push({
      label: 'born',
      event: birth,
      call: call(birth, sizes(block.size, block.alignment, birth)),
    });
  if (detail.other) {
    const { block: other, birth: otherBirth } = detail.other;
    events.push({
      label: 'live', // the older block, which the new one overlaps
      event: otherBirth,
      call: call(otherBirth, sizes(other.size, other.alignment, otherBirth)),
    });
  }
  if (detail.cause?.death) {
    const { death: wrong, block: released } = detail.cause;
    events.push({ label: 'cause', event: wrong, call: call(wrong, released.address) });
  }
  if (detail.released)
    events.push({ label: 'freed', event: detail.released, call: call(detail.released, '') });
  if (death) {
    const stated = detail.actual
      ? [
          detail.actual.size === undefined ? '' : `size ${detail.actual.size}`,
          detail.actual.alignment === undefined ? '' : `align ${detail.actual.alignment}`,
        ]
          .filter((part) => part !== '')
          .join(', ')
      : (detail.pointer ?? block.address);
    events.push({ label: 'died', event: death, call: call(death, stated) });
  }
  return events;
}

/** `malloc(64)`; a form of operator delete names what it states: `operator delete(0x…, sized)`. */
export function call(event: Event, given: string): string {
  if (!event.via) return '';
  const [, name = event.via, form] = /^(.*)\((.*)\)$/.exec(event.via) ?? [];
  const all = [given, form ?? ''].filter((part) => part !== '').join(', ');
  return printable(`${name}(${all})`);
}

/** What a call says of a block: `64`; of Rust's `size 64, align 8`. */
export function sizes(size: number | undefined, alignment: number | undefined, event: Event): string {
  const rust = event.via?.startsWith('__rust') ?? false;
  if (!rust) return size === undefined ? '' : String(size);
  return [size === undefined ? '' : `size ${size}`, alignment === undefined ? '' : `align ${alignment}`]
    .filter((part) => part !== '')
    .join(', ');
}

function foldedStack({ label, event, call: made }: Labelled, options: ViewOptions): string[][] {
  const { site, through, callers } = fold(event.stack);
  const probable = event.probable ? options.paint('dim', ' (probably: an earlier block of this place)') : '';
  if (!site) return [[label, '(no stack)', '', made + probable]];
  const rows = [
    [label, options.paint('bold', frameName(site)), framePlace(site, options.cwd), made + probable],
  ];
  if (through) rows.push(['', throughText(through)]);
  for (const caller of callers.slice(0, CALLERS))
    rows.push(['', `in ${frameName(caller)}`, framePlace(caller, options.cwd)]);
  const more = callers.length - CALLERS;
  if (more > 0) rows.push(['', options.paint('dim', `… ${more} more (--verbose)`)]);
  return rows;
}

/** What the program called of the library: for a drop, what was dropped. */
function throughText(frame: Frame): string {
  const dropped = droppedType(frame);
  return dropped === undefined
    ? `through ${frameName(frame)}`
    : `dropping ${shorten(printable(dropped), LONGEST_NAME)}`;
}

/** One line a frame, not aligned: names of generic code are too long for columns. */
function wholeStack({ label, event, call: made }: Labelled, options: ViewOptions): string[] {
  const frames = event.stack.map(
    (frame, index) =>
      `      #${index} ${frameName(frame)}${frame.inlined ? ' [inlined]' : ''}  ${framePlace(frame, options.cwd)}`,
  );
  return [`${label}  ${made}`, ...(frames.length > 0 ? frames : ['      (no stack)'])];
}

function processLine(pid: number, run: Run): string {
  const process = run.processes.find((candidate) => candidate.pid === pid);
  const command = process ? `: ${printable(process.command.join(' ')).slice(0, 200)}` : '';
  return `in process ${pid}${command}`;
}
