import { isCheckMessage } from '../../evidence/red-flags/red-flags.ts';
import type { Autopsy, Event, Frame, PointedBlock, Unknown } from '../../model/index.ts';
import { isTelling, pointedSentence } from '../crash/sentence.ts';
import { heapLines } from './heap-lines.ts';
import { ownFrame } from './own-frame.ts';

type Judged = Omit<Autopsy, 'story' | 'unknown' | 'next'>;

/** More findings are in the list; the story is what a person reads in one go. */
const MOST_FINDINGS = 3;
const MOST_BLOCKS = 3;

const ACCESSES = { read: 'It was a read', write: 'It was a write', execute: 'It was to be executed' };

/** What happened, one statement each: the wrong acts, the moment of the end, the last words. */
export function storyOf(autopsy: Judged): string[] {
  const { findings, fault, flags, outcome, faulty, heap } = autopsy;
  const lines: string[] = [];
  const acts = findings.filter((finding) => finding.code !== 'CF012');
  for (const finding of acts.slice(0, MOST_FINDINGS)) {
    lines.push(`${finding.code} ${finding.kind}${at(finding.death)}: ${finding.message}.`);
    if (finding.birth) lines.push(`The block was born${at(finding.birth)}.`);
    if (finding.detail.released) lines.push(`It was first released${at(finding.detail.released)}.`);
  }
  if (acts.length > MOST_FINDINGS)
    lines.push(`${acts.length - MOST_FINDINGS} more are in the list of findings.`);
  if (fault) {
    const code = fault.signalCode ? ` (${fault.signalCode})` : '';
    const how = fault.access ? ` ${ACCESSES[fault.access]}.` : '';
    const address = fault.address ? ` The address was ${fault.address}${near(fault.address)}.` : '';
    lines.push(
      `${fault.signal ?? 'A signal'}${code} ended the program${inFrame(fault.frame)}.${address}${how}`,
    );
    const { text, operand } = fault.instruction ?? {};
    if (text) lines.push(`The instruction was: ${text}${operand ? `, with ${operand}` : ''}`);
  } else if (outcome.kind === 'signal') lines.push(`${outcome.signal} ended the program.`);
  lines.push(...blockLines(autopsy.blocks ?? []), ...heapLines(heap));
  for (const flag of flags.slice(0, MOST_FINDINGS)) lines.push(`${flag.by} said: ${flag.said}`);
  if (outcome.kind === 'exit') lines.push(`The program ended by itself with exit status ${outcome.code}.`);
  if (faulty) lines.push(`Look first${inFrame(faulty)}.`);
  return lines;
}

function blockLines(blocks: readonly PointedBlock[]): string[] {
  return blocks
    .filter(isTelling)
    .slice(0, MOST_BLOCKS)
    .map((block) => {
      const events = [
        block.birth && ` It was born${at(block.birth)}${block.birth.probable ? ', probably' : ''}.`,
        block.released && ` It was released${at(block.released)}.`,
      ];
      const sentence = pointedSentence(block);
      return `${sentence[0]?.toUpperCase()}${sentence.slice(1)}.${events.join('')}`;
    });
}

function near(address: string): string {
  return BigInt(address) < 4096n ? ', a null pointer or a field of one' : '';
}

function at(event: Event | undefined): string {
  return event ? inFrame(ownFrame(event.stack)) : '';
}

function inFrame(frame: Frame | undefined): string {
  if (!frame) return '';
  const name = frame.function === undefined ? '' : ` in ${frame.function}`;
  if (frame.file !== undefined)
    return `${name} at ${frame.file}${frame.line === undefined ? '' : `:${frame.line}`}`;
  if (frame.module !== undefined)
    return `${name} in ${frame.module}${frame.offset ? `+${frame.offset}` : ''}`;
  return name;
}

/** What these sources cannot know, and what would. */
export function unknownOf({ evidence, faulty, findings, verdict, heap, flags }: Judged): Unknown[] {
  const sources = new Set(evidence.map((piece) => piece.source));
  const unknown: Unknown[] = [];
  if (!faulty && verdict !== 'clean' && verdict !== 'unobservable') {
    const what = 'Which line is at fault: a message names what was noticed, not where it was done.';
    unknown.push({ what, remedy: 'crossfree run --on-finding faithful -- PROGRAM' });
  } else if (faulty && faulty.line === undefined) {
    unknown.push({
      what: 'The line: this evidence has no line table.',
      remedy: 'build with -g, or debug = 1',
    });
  }
  const noticed =
    (heap !== undefined && heap.corruption.length > 0) || flags.some(({ said }) => isCheckMessage(said));
  if (noticed && findings.every((one) => one.code === 'CF012')) {
    const what = 'Who damaged the heap: its allocator notices it later than it is done.';
    unknown.push({ what, remedy: 'valgrind PROGRAM, or a build with -fsanitize=address' });
  }
  const twice = findings[0];
  if (twice?.code === 'CF002' && !sources.has('valgrind') && !sources.has('asan')) {
    const what =
      'Which of the releases is the wrong one: where the block was handed out anew in between, an earlier one took it from its new owner.';
    unknown.push({ what, remedy: 'valgrind PROGRAM (it keeps released blocks back)' });
  }
  if ((sources.has('valgrind') || sources.has('asan')) && !findings.some((one) => one.code === 'CF001')) {
    const what =
      'Whether a block went from Rust to C or back: both share malloc there, and the tool sees one owner.';
    unknown.push({ what, remedy: 'crossfree run -- PROGRAM' });
  }
  for (const piece of evidence.filter((one) => !one.complete)) {
    const what = `What came after: ${piece.file ?? 'the evidence'} breaks off.`;
    unknown.push({ what, remedy: 'let the tool run to its end' });
  }
  return unknown;
}

export function nextOf({ findings, flags, fault, evidence }: Judged): string[] {
  const code = fault?.signalCode?.startsWith('SI_') ? undefined : fault?.signalCode;
  const words = [findings[0]?.code, flags[0] && `"${flags[0].name}"`, code ?? fault?.signal];
  const asked = words.find((word) => word !== undefined);
  const observed = evidence.some((piece) => piece.source === 'crash-record');
  const further = !observed
    ? 'crossfree run -- PROGRAM'
    : findings.length > 0
      ? 'crossfree run -- PROGRAM   (heals the wrong act, and shows what comes after it)'
      : 'valgrind PROGRAM   (reads and writes after free or past the end, before they show)';
  return [...(asked ? [`crossfree explain ${asked}`] : []), further];
}
