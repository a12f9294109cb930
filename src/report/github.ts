import type { Finding, Frame } from '../model/index.ts';
import type { Account, FindingGroup } from './account.ts';
import { advise } from './advice.ts';
import { printable } from './printable.ts';
import { nearer, ownFrames } from './stack-view.ts';
import { counted } from './words.ts';

/** GitHub shows ten of each kind for a step. */
const MOST = 10;

/** The findings as workflow commands, which GitHub shows beside the changed lines; empty where there is none. */
export function renderAnnotations({ groups }: Account, cwd: string): string {
  const fresh = groups.filter(({ known }) => !known);
  const lines = fresh.slice(0, MOST).map((group) => annotation(group, cwd));
  if (fresh.length > MOST) {
    lines.push(
      `::notice title=crossfree::${counted(fresh.length - MOST, 'more finding')} in the step summary`,
    );
  }
  return lines.map((line) => `${line}\n`).join('');
}

function annotation({ finding, count }: FindingGroup, cwd: string): string {
  const frame = sourceOf(finding);
  const properties = {
    ...(frame?.file !== undefined && { file: nearer(frame.file, cwd) }),
    ...(frame?.line !== undefined && { line: String(frame.line) }),
    ...(frame?.column !== undefined && { col: String(frame.column) }),
    title: `crossfree ${finding.code} ${finding.kind}`,
  };
  const listed = Object.entries(properties).map(([name, value]) => `${name}=${property(value)}`);
  const level = finding.certainty === 'proven' ? 'error' : 'warning';
  const times = count > 1 ? ` (${count} times)` : '';
  const text = `${printable(finding.message)}${times}. ${advise(finding, () => undefined)}`;
  return `::${level} ${listed.join(',')}::${message(text)}`;
}

/** Where the wrong act took place, else where the block came from: the first place with a file. */
function sourceOf({ death, birth }: Finding): Frame | undefined {
  return [death, birth]
    .flatMap((event) => ownFrames(event?.stack ?? []))
    .find(({ file }) => file !== undefined);
}

function message(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return message(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
