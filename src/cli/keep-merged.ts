import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pageOf } from '../lab/pages.ts';
import { openRecord, recordExperiment, recordReport } from '../lab/record.ts';
import type { Merged } from '../results/merge.ts';
import { UsageError } from './failure.ts';

const FILES = { runs: 'merge.json', matrix: 'matrix.json' };

/** Writes a merged result into a folder that is new, empty, or holds an earlier one, as its command's `--out` does. */
export function keepMerged(folder: string, merged: Merged): void {
  try {
    if (merged.kind === 'lab') {
      const { report, pages } = merged.result;
      openRecord(folder);
      for (const one of report.experiments) recordExperiment(folder, one, pageOf(pages, one.id));
      recordReport(folder, report);
      return;
    }
    const file = FILES[merged.kind];
    mkdirSync(folder, { recursive: true });
    const stranger = readdirSync(folder).find((name) => name !== file);
    if (stranger !== undefined) throw new Error(`it holds something else (${stranger})`);
    writeFileSync(join(folder, file), `${JSON.stringify(merged.result, undefined, 2)}\n`);
  } catch (error) {
    throw new UsageError(
      `\`--out\` expects a folder that is new, empty or holds an earlier result, but got \`${folder}\`: ${(error as Error).message}`,
    );
  }
}
