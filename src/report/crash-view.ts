import { isTelling, pointedSentence } from '../judge/crash/sentence.ts';
import type { Crash, Event, Fault, PointedBlock, Run } from '../model/index.ts';
import { align } from './columns.ts';
import type { ViewOptions } from './finding-view.ts';
import { printable } from './printable.ts';
import { fold, frameName, framePlace } from './stack-view.ts';

const CALLERS = 3;
const BLOCKS = 3;

/** The lines of one crash: the signal, the place, and the blocks that it is about. */
export function viewCrash(crash: Crash, run: Run, options: ViewOptions): string[] {
  const { paint } = options;
  const fault = crash.earlier?.at(-1) ?? crash.fault;
  const lines = [`${paint('bold', printable(fault.signal ?? 'A signal'))}   ${printable(faultText(fault))}`];
  if (fault !== crash.fault) lines[0] += `; its handler raised ${printable(crash.fault.signal ?? 'another')}`;
  if (crash.sender !== undefined) lines[0] += `, sent by process ${crash.sender}`;
  const rows = options.verbose ? whole(fault, options) : align(placeRows(fault, options));
  lines.push(...rows.map((line) => `  ${line}`));
  const { text, operand } = fault.instruction ?? {};
  if (text !== undefined)
    lines.push(`  ${paint('dim', printable(operand === undefined ? text : `${text}   ${operand}`))}`);
  const telling = crash.blocks
    .filter((block) => options.verbose || isTelling(block))
    .slice(0, options.verbose ? 99 : BLOCKS);
  for (const block of telling) lines.push(...blockLines(block, options.cwd).map((line) => `  ${line}`));
  if (crash.pid !== run.processes[0]?.pid) lines.push(`  ${paint('dim', `in process ${crash.pid}`)}`);
  if (!crash.complete) lines.push('  The record breaks off here.');
  const word = fault.signalCode?.startsWith('SI_') ? fault.signal : (fault.signalCode ?? fault.signal);
  if (word !== undefined) lines.push(`  ${paint('dim', `crossfree explain ${printable(word)}`)}`);
  return lines;
}

/** `SEGV_MAPERR, a read of 0x18, a null pointer or a field of one`. */
export function faultText({ signalCode, access, address }: Fault): string {
  const parts = signalCode === undefined ? [] : [signalCode];
  if (address !== undefined)
    parts.push(access === undefined ? `at ${address}` : `${ACCESS[access]} ${address}`);
  if (address !== undefined && BigInt(address) < 4096n) parts.push('a null pointer or a field of one');
  return parts.join(', ');
}

const ACCESS = { read: 'a read of', write: 'a write to', execute: 'a call of' } as const;

function placeRows(fault: Fault, options: ViewOptions): string[][] {
  const { site, through, callers } = fold(fault.stack ?? []);
  if (!site) return [['at', fault.instruction?.address ?? '(no stack)']];
  const rows = [['at', options.paint('bold', frameName(site)), framePlace(site, options.cwd)]];
  if (through) rows.push(['', `through ${frameName(through)}`]);
  for (const caller of callers.slice(0, CALLERS))
    rows.push(['', `in ${frameName(caller)}`, framePlace(caller, options.cwd)]);
  const more = callers.length - CALLERS;
  if (more > 0) rows.push(['', options.paint('dim', `… ${more} more (--verbose)`)]);
  return rows;
}

function whole({ stack = [] }: Fault, { cwd }: ViewOptions): string[] {
  return stack.map((frame, index) => `#${index} ${frameName(frame)}  ${framePlace(frame, cwd)}`);
}

/** `rdi points 8 bytes into a freed 100-byte block of world c`, then its birth and release. */
function blockLines(block: PointedBlock, cwd: string): string[] {
  const lines = [printable(`${pointedSentence(block)}.`)];
  if (block.birth) lines.push(`  born      ${place(block.birth, cwd)}`);
  if (block.released) lines.push(`  released  ${place(block.released, cwd)}`);
  return lines;
}

function place(event: Event, cwd: string): string {
  const { site } = fold(event.stack);
  const probable = event.probable ? ' (probably: an earlier block of this place)' : '';
  return site ? `${frameName(site)}  ${framePlace(site, cwd)}${probable}` : '(no stack)';
}
