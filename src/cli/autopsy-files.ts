import { existsSync, statSync } from 'node:fs';
import type { Told } from '../judge/autopsy/autopsy.ts';
import { UsageError } from './failure.ts';

/** What a file, or a folder of `run --out`, tells; `program`: what a core dump is of. Throws UsageError. */
export async function readForAutopsy(file: string, program?: string): Promise<Told[]> {
  if (existsSync(file) && statSync(file).isDirectory()) return [await readKept(file)];
  const [{ isCore, readEvidenceFile }, { readEvidence, NoEvidence }, { readCore }] = await Promise.all([
    import('../evidence/evidence-file.ts'),
    import('../evidence/read-evidence.ts'),
    import('../evidence/core/read-core.ts'),
  ]);
  try {
    if (isCore(file)) return [{ ...(await readCore(file, program)), file }];
    const { bytes, cut } = readEvidenceFile(file);
    return readEvidence(bytes).map((one) => ({ ...one, file, complete: one.complete && !cut }));
  } catch (error) {
    if (!(error instanceof NoEvidence) && (error as NodeJS.ErrnoException).syscall === undefined) {
      if ((error as Error).message !== 'it is no regular file') throw error;
    }
    const why =
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file' : (error as Error).message;
    throw notEvidence(file, why);
  }
}

/** What a folder of `run --out` tells. */
async function readKept(folder: string): Promise<Told> {
  const [{ NoResult, readRun }, { toldOfRun }] = await Promise.all([
    import('../report/saved.ts'),
    import('../judge/autopsy/of-run.ts'),
  ]);
  try {
    return toldOfRun(readRun(folder), folder);
  } catch (error) {
    if (!(error instanceof NoResult)) throw error;
    throw notEvidence(folder, `a folder that holds no result of \`run --out\` (${error.message})`);
  }
}

function notEvidence(path: string, why: string): UsageError {
  return new UsageError(`\`autopsy\` expects a file that tells of a crash, but got \`${path}\`: ${why}`);
}
