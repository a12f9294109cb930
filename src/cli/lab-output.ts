import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ExperimentReport, PageBlock } from '../lab/experiment.ts';
import type { LabReport } from '../lab/lab-report.ts';
import { notebook } from '../lab/notebook.ts';
import { openRecord, recordExperiment, recordReport } from '../lab/record.ts';
import { packageRoot } from '../plan/installation.ts';
import { renderLab } from '../results/format.ts';
import { UsageError } from './failure.ts';
import { formatOptions } from './format-options.ts';
import { openFile } from './output.ts';

const PAGE = 'lab.html';

/** Where the results of the lab go. */
export interface LabOutputs {
  /** Keeps one experiment as soon as it stands. */
  experiment(report: ExperimentReport, page: readonly PageBlock[]): void;
  /** Writes what needs the whole; hands back the page for a browser, where there is one. */
  report(report: LabReport): string | undefined;
}

/**
 * Opens every place that was asked for; throws UsageError when one cannot be written. A brief lab has a page in any
 * case, since the terminal does not show everything.
 */
export function openLabOutputs(wishes: {
  json?: string;
  html?: string;
  out?: string;
  notebook?: string;
  brief: boolean;
}): LabOutputs {
  const own = wishes.brief && wishes.html === undefined ? pageOfOurOwn() : undefined;
  const html = wishes.html === undefined ? undefined : openFile('--html', wishes.html);
  const json = wishes.json === undefined ? undefined : openFile('--json', wishes.json);
  const page = wishes.notebook === undefined ? undefined : openFile('--notebook', wishes.notebook);
  const out = wishes.out === undefined ? undefined : openFolder(wishes.out);
  const pages: Record<string, PageBlock[]> = {};
  const write = (descriptor: number, text: string) => {
    writeFileSync(descriptor, text);
    closeSync(descriptor);
  };
  return {
    experiment(report, blocks) {
      pages[report.id] = [...blocks];
      if (out !== undefined) recordExperiment(out, report, blocks);
    },
    report(report) {
      if (out !== undefined) recordReport(out, report);
      if (json !== undefined) write(json, `${JSON.stringify(report, undefined, 2)}\n`);
      if (page !== undefined) write(page, notebook({ report, pages }));
      if (html === undefined && own === undefined) return undefined;
      const options = { ...formatOptions(process.cwd(), false), sources: 'modules' } as const;
      const text = renderLab('html', { report, pages }, options);
      if (html !== undefined) write(html, text);
      if (own !== undefined) writeWhole(own, text);
      return resolve(wishes.html ?? own ?? '');
    },
  };
}

/** Two labs at once do not write into one another's page. */
function writeWhole(path: string, text: string): void {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, text);
  renameSync(draft, path);
}

/** In the checkout, else among the temporary files: nothing of ours belongs into anybody's working directory. */
function pageOfOurOwn(): string {
  const build = join(packageRoot(), 'build');
  if (existsSync(join(packageRoot(), 'src'))) {
    try {
      mkdirSync(build, { recursive: true });
      accessSync(build, constants.W_OK);
      return join(build, PAGE);
    } catch {
      // a checkout of somebody else's
    }
  }
  return join(mkdtempSync(join(tmpdir(), 'crossfree-lab-page-')), PAGE);
}

function openFolder(path: string): string {
  const directory = resolve(path);
  try {
    openRecord(directory);
    return directory;
  } catch (error) {
    const { message } = error as Error;
    throw new UsageError(
      `\`--out\` expects a folder that is new, empty or holds an earlier result of the lab, but got \`${path}\`: ${message}`,
    );
  }
}
