import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Program } from '../../specimens/recipe/c.js';
import { ROOT } from '../../specimens/recipe/paths.js';
import type { OnFinding, Run } from '../../src/model/index.ts';
import { observe } from '../../src/observe.ts';

export type Half = 'fault' | 'healthy';

/** A specimen allocates a little and ends; whatever takes longer has gone astray. */
const TIMEOUT_MS = 50_000;

/** One half of a specimen, observed through all stages in this process, and what it printed. */
export async function observed(program: Program, half: Half, onFinding: OnFinding) {
  const folder = mkdtempSync(join(tmpdir(), 'crossfree-specimen-'));
  const ledgerDir = join(folder, 'ledgers');
  mkdirSync(ledgerDir);
  const output = join(folder, 'output');
  const descriptor = openSync(output, 'w');
  try {
    const run: Run = await observe({
      command: [...program.command, half],
      cwd: ROOT,
      env: { ...process.env, RUST_BACKTRACE: '0', ...program.env },
      ledgerDir,
      onFinding,
      errorExitcode: 99,
      timeoutMs: TIMEOUT_MS,
      standard: ['ignore', descriptor, descriptor],
    });
    return { run, output: readFileSync(output, 'utf8') };
  } finally {
    closeSync(descriptor);
    rmSync(folder, { recursive: true, force: true });
  }
}
