import { recompute } from '../lab/record.ts';
import type { Format, FormatOptions } from '../report/format.ts';
import { renderHtml } from '../report/html/html.ts';
import { NoResult } from '../report/saved.ts';
import { badValue } from './failure.ts';

/** A kept result of the lab, concluded anew from its data, in a format. Throws NoResult, or UsageError. */
export function renderLab(format: Format, directory: string, options: FormatOptions): string {
  if (format !== 'html' && format !== 'json') {
    throw badValue('--format', '`html` or `json` for the lab (`lab --from DIR` has it as text)', format);
  }
  let kept: ReturnType<typeof recompute>;
  try {
    kept = recompute(directory);
  } catch (error) {
    throw new NoResult((error as Error).message);
  }
  const { report, pages } = kept;
  if (format === 'json') return `${JSON.stringify(report, undefined, 2)}\n`;
  // the samples stay in the folder: the page has the figures that follow from them
  const experiments = report.experiments.map((experiment) => ({ ...experiment, data: null }));
  return renderHtml({ ...report, experiments } as typeof report, {
    ...options,
    title: 'The laboratory · crossfree',
    pages,
  });
}
