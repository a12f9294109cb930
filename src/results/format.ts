import { statSync } from 'node:fs';
import type { LabReport } from '../lab/lab-report.ts';
import { notebook } from '../lab/notebook.ts';
import { labPages } from '../lab/page.ts';
import { pageOf } from '../lab/pages.ts';
import { type Recorded, recompute } from '../lab/record.ts';
import type { Account } from '../report/account.ts';
import { renderAutopsy } from '../report/autopsy.ts';
import { renderForget } from '../report/forget.ts';
import { type Format, type FormatOptions, renderAccount } from '../report/format.ts';
import { renderPage } from '../report/html/pages.ts';
import { printable } from '../report/printable.ts';
import { NoResult } from '../report/saved.ts';
import { renderRun } from '../report/terminal.ts';
import { renderTrace } from '../report/trace.ts';
import { renderMatrix } from '../search/matrix/render.ts';
import { accountOf } from './account.ts';
import { renderMerged } from './merged-text.ts';
import type { Kept, Result } from './result.ts';

/** There is no such format of such a result; the message says which there are. */
export class NoFormat extends Error {}

/** A result in a format; `change` may mark what its account holds. Throws NoFormat, NoResult. */
export function renderResult(
  format: Format,
  kept: Kept,
  options: FormatOptions,
  change: (account: Account) => Account = (account) => account,
): string {
  const { result } = kept;
  if (result.schema === 'crossfree/lab@1') return renderLab(format, labOf({ ...kept, result }), options);
  if (format === 'json') return `${JSON.stringify(result, undefined, 2)}\n`;
  if (format === 'html') return renderPage(result, options);
  if (format === 'text') return renderText(result, options);
  const account = accountOf(result, options.cwd);
  if (!account) throw new NoFormat('`text`, `json` or `html` for such a result');
  return renderAccount(format, change(account), options);
}

function renderText(result: Exclude<Result, LabReport>, options: FormatOptions): string {
  const view = { colour: options.colour, cwd: options.cwd, verbose: false };
  switch (result.schema) {
    case 'crossfree/run@1':
      return renderRun(result, view);
    case 'crossfree/matrix@1':
      return renderMatrix(result, view);
    case 'crossfree/merge@1':
      return renderMerged(result, view);
    case 'crossfree/trace@1':
      return renderTrace(result, options.cwd);
    case 'crossfree/autopsy@1':
      return renderAutopsy(result, view);
    case 'crossfree/forget@1':
      return renderForget(result, view);
  }
}

/** A kept lab with its conclusions drawn anew from the data; from a mere file without pages. Throws NoResult. */
export function labOf({ path, result }: Kept<LabReport>): Recorded {
  if (!statSync(path).isDirectory()) return { report: result, pages: {} };
  try {
    return recompute(path);
  } catch (error) {
    throw new NoResult((error as Error).message);
  }
}

/** A lab as people may see it: none of its texts tells a terminal anything. Lines stay lines. */
function seen(recorded: Recorded): Recorded {
  return JSON.parse(JSON.stringify(recorded), (_name, value) =>
    typeof value === 'string' ? value.split('\n').map(printable).join('\n') : value,
  );
}

/** A lab and its pages in a format. */
export function renderLab(format: Format, recorded: Recorded, options: FormatOptions): string {
  const { report, pages } = recorded;
  if (format === 'json') return `${JSON.stringify(report, undefined, 2)}\n`;
  if (format === 'markdown') return notebook(seen(recorded));
  if (format === 'text') {
    const { report, pages } = seen(recorded);
    const text = labPages({ colour: options.colour });
    return report.experiments
      .map((experiment) => `${text.experiment(experiment, pageOf(pages, experiment.id))}\n`)
      .concat(text.summary(report))
      .join('');
  }
  if (format !== 'html') throw new NoFormat('`text`, `json`, `markdown` or `html` for the lab');
  // the samples stay in the folder: the page has the figures that follow from them
  const experiments = report.experiments.map((experiment) => ({ ...experiment, data: null }));
  return renderPage({ ...report, experiments } as LabReport, options, pages);
}
