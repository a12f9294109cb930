import { existsSync, rmSync } from 'node:fs';
import { rustPackage } from '../../setup/distribution.js';
import { readLedgers } from '../ledger/read.ts';
import { observe } from '../observe.ts';
import { buildCommand, runtimeLibrary } from '../plan/installation.ts';
import { ledgerFolder, privateFolder } from '../run/folder.ts';
import type { Check } from './check.ts';

/** A program that every system has and that does next to nothing. */
const PROBE = '/bin/true';
const PROBE_TIMEOUT_MS = 20_000;

/** The runtime, and one real run with it. */
export async function checkObserving(): Promise<Check[]> {
  const runtime = checkRuntime();
  return runtime.state === 'ok' ? [runtime, ...(await checkProbe())] : [runtime];
}

function checkRuntime(): Check {
  const path = runtimeLibrary();
  if (existsSync(path)) return { id: 'runtime', title: 'runtime', state: 'ok', detail: path };
  return {
    id: 'runtime',
    title: 'runtime',
    state: 'missing',
    detail: `not built: ${path} is not there`,
    remedy: buildCommand(),
  };
}

async function checkProbe(): Promise<Check[]> {
  const check = { id: 'observing', title: 'observing', state: 'missing' as const };
  let folder: string | undefined;
  try {
    folder = privateFolder('crossfree-');
    const ledgerDir = ledgerFolder(folder);
    const run = await observe({
      command: [PROBE],
      cwd: '/',
      env: process.env,
      ledgerDir,
      onFinding: 'heal',
      errorExitcode: 99,
      timeoutMs: PROBE_TIMEOUT_MS,
    });
    if (run.verdict === 'clean') {
      return [{ ...check, state: 'ok', detail: `${PROBE} was run and observed` }, checkDecoder(ledgerDir)];
    }
    const [gap] = run.observed.gaps;
    const why = gap ? `: ${gap.reason}` : '';
    return [
      { ...check, detail: `${PROBE} was run: ${run.verdict}${why}`, ...(gap && { remedy: gap.remedy }) },
    ];
  } catch (error) {
    const failed = { ...check, detail: `${PROBE} could not be run: ${(error as Error).message}` };
    const remedy =
      folder === undefined ? 'set TMPDIR to a folder that can be written' : 'crossfree run -- /bin/true';
    return [{ ...failed, remedy }];
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}

/** Whether the runtime was built with the decoder that moves function prologues. */
function checkDecoder(ledgerDir: string): Check {
  const check = { id: 'decoder', title: 'decoder' };
  if (readLedgers(ledgerDir).every(({ noDecoder }) => !noDecoder)) {
    return { ...check, state: 'ok', detail: 'the runtime can redirect functions with a body of their own' };
  }
  return {
    ...check,
    state: 'note',
    detail: 'without it a Rust module whose allocation shims have a body of their own is a gap',
    remedy: `apt-get install ${rustPackage()} && ${buildCommand()}`,
  };
}
