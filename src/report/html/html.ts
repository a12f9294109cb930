import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FINDING_KINDS, type FindingCode } from '../../model/index.ts';
import { readWords } from '../explain.ts';
import { readRule } from '../rule.ts';
import { excerptsOf, type Sources } from './excerpts.ts';
import type { PageData } from './page-data.ts';

export interface HtmlOptions {
  version: string;
  /** The folder of the findings' pages. */
  docs: string;
  cwd: string;
  /** The folder of the page's built script and style. */
  web: string;
  title: string;
  /** Absent: it came from elsewhere. */
  sources?: Sources;
  /** For the lab: the page of each experiment. */
  pages?: Record<string, unknown[]>;
}

/** A result as one HTML file that needs nothing else and asks nobody. */
export function renderHtml(result: { schema: string }, options: HtmlOptions): string {
  const { version, docs, cwd, web, title, pages, sources = 'elsewhere' } = options;
  const script = readFileSync(join(web, 'page.js'), 'utf8');
  const style = readFileSync(join(web, 'page.css'), 'utf8');
  const text = JSON.stringify(result) + JSON.stringify(pages ?? {});
  const codes = (Object.keys(FINDING_KINDS) as FindingCode[]).filter((code) => text.includes(`"${code}"`));
  const data: PageData = {
    version,
    cwd,
    result,
    ...(pages && { pages }),
    excerpts: excerptsOf([result, pages], sources, cwd),
    explanations: Object.fromEntries(codes.map((code) => [code, readRule(code, docs).markdown])),
    words: Object.fromEntries(readWords(docs)),
  };
  // everything is forbidden but these two, known by what they hold
  const policy = `default-src 'none'; script-src '${sourceHash(script)}'; style-src '${sourceHash(style)}'; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<div id="page"><noscript>This page draws itself with a script of its own; the result stands in it as JSON.</noscript></div>
<script type="application/json" id="data">${embedded(data)}</script>
<script>${script}</script>
</body>
</html>
`;
}

function sourceHash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

/** JSON that nothing inside can end: neither the element nor, for older readers, a line of script. */
export function embedded(data: unknown): string {
  return JSON.stringify(data).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
