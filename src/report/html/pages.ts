import type { FormatOptions } from '../format.ts';
import { commandName } from '../run-account.ts';
import { renderHtml } from './html.ts';

/** A result that has a page: a run, a matrix, a trace, … told by its schema. */
export interface PageResult {
  schema: string;
  command?: readonly string[];
  verdict?: string;
}

/** A result's page under a title that says what it is. */
export function renderPage(
  result: PageResult,
  options: FormatOptions,
  pages?: Record<string, unknown[]>,
): string {
  const [, kind = 'result'] = /^crossfree\/(\w+)@/.exec(result.schema) ?? [];
  const program = result.command ? `: ${commandName(result.command)}` : '';
  const title = `${result.verdict ?? kind}${program} · crossfree`;
  return renderHtml(result, { ...options, title, ...(pages && { pages }) });
}
