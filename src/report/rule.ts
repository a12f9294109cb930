import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FINDING_KINDS, type FindingCode } from '../model/index.ts';

/** What is said of a kind of finding, from its page in docs/findings. */
export interface Rule {
  code: FindingCode;
  kind: string;
  /** The page's first paragraph. */
  summary: string;
  /** The section "What it proves"; the summary where a page has none. */
  proves: string;
  /** The whole page. */
  markdown: string;
}

/** The rule of a code; `docs` is the folder of the pages. A code without a page has its name alone. */
export function readRule(code: FindingCode, docs: string): Rule {
  const path = join(docs, `${code}.md`);
  const kind = FINDING_KINDS[code];
  const markdown = existsSync(path) ? readFileSync(path, 'utf8') : `# ${code} ${kind}\n\n${kind}\n`;
  const summary = oneLine(markdown.split('\n\n')[1]);
  const proves = /^## What it proves\n+([\s\S]*?)(?=\n## |$(?![\s\S]))/m.exec(markdown)?.[1];
  return { code, kind, summary, proves: proves === undefined ? summary : oneLine(proves), markdown };
}

function oneLine(text = ''): string {
  return text.trim().replace(/\s+/g, ' ');
}
