import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FINDING_KINDS, type FindingCode } from '../model/index.ts';
import { align } from './columns.ts';
import { explainCrash } from './crash-words.ts';
import { renderMarkdown } from './doc-page.ts';
import { type Paint, painter } from './paint.ts';

/** Nobody explains this word; the message lists what is explained. */
export class UnknownWord extends Error {}

const CODES = Object.keys(FINDING_KINDS) as FindingCode[];

/**
 * The page of a finding (by code or kind), the meaning of a word of a report, or without a word the
 * list of both. `docs` is the folder of the pages. Throws UnknownWord.
 */
export function explain(word: string | undefined, docs: string, options: { colour: boolean }): string {
  const paint = painter(options.colour);
  const words = readWords(docs);
  if (word === undefined) return list(docs, words, paint);
  const asked = word.toLowerCase();
  const code = CODES.find((known) => known.toLowerCase() === asked || FINDING_KINDS[known] === asked);
  if (code) return renderMarkdown(readPage(docs, code), paint);
  const meaning = words.get(asked);
  if (meaning !== undefined) return renderMarkdown(`# ${asked}\n\n${meaning}`, paint);
  const crash = explainCrash(word, join(docs, '../crashes'));
  if (crash !== undefined) return renderMarkdown(crash, paint);
  throw new UnknownWord(
    `\`explain\` expects a finding code (${CODES.join(', ')}), a signal, a message of a crash, or one of ${[...words.keys()].join(', ')}, but got \`${word}\``,
  );
}

function list(docs: string, words: Map<string, string>, paint: Paint): string {
  const findings = CODES.map((code) => [
    `  ${paint('bold', code)}`,
    FINDING_KINDS[code],
    firstParagraph(readPage(docs, code)),
  ]);
  const others = [...words].map(([word, meaning]) => [`  ${paint('bold', word)}`, firstSentence(meaning)]);
  return [
    paint('bold', 'Findings'),
    ...align(findings),
    '',
    paint('bold', 'Words of a report'),
    ...align(others),
    '',
    'crossfree explain CF001   shows the whole page',
    '',
  ].join('\n');
}

function readPage(docs: string, code: FindingCode): string {
  return readFileSync(join(docs, `${code}.md`), 'utf8');
}

/** The sections of words.md: what stands below each second-level heading, by the heading. */
export function readWords(docs: string): Map<string, string> {
  const sections = readFileSync(join(docs, 'words.md'), 'utf8').split(/^## /m).slice(1);
  return new Map(
    sections.map((section) => {
      const end = section.indexOf('\n');
      return [section.slice(0, end).trim(), section.slice(end + 1).trim()];
    }),
  );
}

/** The paragraph below the title: what the page says in one breath. */
function firstParagraph(page: string): string {
  return (page.split('\n\n')[1] ?? '').replaceAll('\n', ' ').trim();
}

function firstSentence(text: string): string {
  const line = text.replaceAll('\n', ' ');
  return /^.*?[.](?= |$)/.exec(line)?.[0] ?? line;
}
