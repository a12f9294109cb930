import type { Run } from '../model/index.ts';
import type { Account } from './account.ts';
import { renderHtml } from './html/html.ts';
import { renderJunit } from './junit.ts';
import { renderMarkdownReport } from './markdown.ts';
import { accountOfRun, commandName } from './run-account.ts';
import { renderSarif } from './sarif/sarif.ts';
import { renderRun } from './terminal.ts';

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
}

/** A run in a format; ends with a newline. */
export function renderAs(format: Format, run: Run, options: FormatOptions): string {
  if (format === 'text') return renderRun(run, options);
  if (format === 'json') return `${JSON.stringify(run, undefined, 2)}\n`;
  if (format === 'html') {
    return renderHtml(run, { ...options, title: `${run.verdict}: ${commandName(run.command)} · crossfree` });
  }
  return renderAccount(format, accountOfRun(run, options.cwd), options);
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
