import { availableParallelism, freemem } from 'node:os';
import type { Allocator, World } from '../model/index.ts';
import { listAllocators } from '../plan/allocators.ts';
import { runMatrix } from '../search/matrix/matrix.ts';
import type { Matrix } from '../search/matrix/result.ts';
import { survey } from '../search/matrix/survey.ts';
import { Runner } from '../search/workshop.ts';
import type { Workbench } from './experiment.ts';

/** No specimen of the lab needs a tenth of it. */
const SHARE = 0.3;
const PROCESSES = 100;

/**
 * One program on every allocator that there is, through the stages of `crossfree matrix`. Left out is the
 * allocator on which no program lives.
 */
export async function switched(
  bench: Workbench,
  command: string[],
  { worlds, repeat }: { worlds: World[]; repeat: number },
): Promise<Matrix> {
  const allocators: Allocator[] = listAllocators().flatMap((found) =>
    'missing' in found || found.name === 'insane' ? [] : [found.name],
  );
  const jobs = Math.min(availableParallelism(), 4);
  const runner = new Runner({
    command,
    cwd: bench.directory,
    env: process.env,
    timeoutMs: 60_000,
    memory: Math.round((freemem() * SHARE) / jobs),
    processes: PROCESSES,
    copyCwd: false,
    jobs,
  });
  const close = () => runner.close();
  process.once('exit', close);
  try {
    const around = { command, cwd: bench.directory, env: process.env };
    const { plan } = await survey(
      { ...around, worlds, allocators, full: false, repeat, seed: 1, addresses: 'same' },
      (trial) => runner.run(trial),
    );
    return await runMatrix(plan, {
      run: (trial) => runner.run(trial),
      jobs,
      progress: bench.progress,
      stopped: () => false,
    });
  } finally {
    process.off('exit', close);
    runner.close();
  }
}
