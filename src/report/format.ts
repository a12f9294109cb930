import type { Account } from './account.ts';
import type { Sources } from './html/excerpts.ts';
import { renderJunit } from './junit.ts';
import { renderMarkdownReport } from './markdown.ts';
import { renderSarif } from './sarif/sarif.ts';

export const FORMATS = ['text', 'json', 'sarif', 'junit', 'markdown', 'html'] as const;
export type Format = (typeof FORMATS)[number];

export interface FormatOptions {
  version: string;
  /** The folder of the findings' pages. */
  docs: string;
  /** Paths below it are shown from there. */
  cwd: string;
  /** The folder of the HTML page's built script and style. */
  web: string;
  /** For text. */
  colour: boolean;
  /** For the page: whose word on source files is taken; absent: the result came from elsewhere. */
  sources?: Sources;
}

/** An account in a format that is made from one; ends with a newline. */
export function renderAccount(
  format: 'sarif' | 'junit' | 'markdown',
  account: Account,
  options: FormatOptions,
): string {
  if (format === 'sarif') return renderSarif(account, options);
  return format === 'junit' ? renderJunit(account) : renderMarkdownReport(account, options);
}
