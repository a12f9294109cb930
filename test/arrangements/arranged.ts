import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Arrangement, Run } from '../../src/model/index.ts';
import { observe } from '../../src/observe.ts';
import { exitStatus } from '../../src/run/exit-status.ts';
import { type Observation, runBy } from '../programs/observe.ts';
import type { Program } from '../programs/program.ts';

/** Runs a real program under an arrangement, looked at as closely as a search does. */
export async function runArranged(
  program: Program,
  arrangement: Arrangement,
): Promise<Observation & { run: Run }> {
  const folder = mkdtempSync(join(tmpdir(), 'crossfree-arranged-'));
  const ledgerDir = join(folder, 'ledgers');
  mkdirSync(ledgerDir);
  writeFileSync(join(folder, 'input'), program.stdin ?? '');
  const input = openSync(join(folder, 'input'), 'r');
  const [output, error] = ['output', 'error'].map((name) => openSync(join(folder, name), 'w')) as [
    number,
    number,
  ];
  let run: Run | undefined;
  try {
    const observation = await runBy(program, async (cwd, env) => {
      const started = performance.now();
      run = await observe({
        command: [...program.command],
        cwd,
        env,
        ledgerDir,
        arrangement,
        onFinding: 'faithful',
        errorExitcode: 99,
        timeoutMs: (program.timeout ?? 60) * 2000,
        overlaps: true,
        inspectHeap: 'always',
        standard: [input, output, error],
      });
      return {
        status: exitStatus(run.outcome),
        stdout: readFileSync(join(folder, 'output')),
        stderr: readFileSync(join(folder, 'error')),
        timedOut: run.outcome.kind === 'timeout',
        milliseconds: Math.round(performance.now() - started),
      };
    });
    return { ...observation, run: run as Run };
  } finally {
    for (const descriptor of [input, output, error]) closeSync(descriptor);
    rmSync(folder, { recursive: true, force: true });
  }
}
