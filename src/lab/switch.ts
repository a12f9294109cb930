import type { Allocator, World } from '../model/index.ts';
import { listAllocators } from '../plan/allocators.ts';
import { runMatrix } from '../search/matrix/matrix.ts';
import type { Matrix } from '../search/matrix/result.ts';
import { survey } from '../search/matrix/survey.ts';
import { Runner } from '../search/workshop.ts';
import type { Workbench } from './experiment.ts';
import { workshopAt } from './workshop.ts';

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
  const workshop = workshopAt(bench, command);
  const runner = new Runner(workshop);
  const close = () => runner.close();
  process.once('exit', close);
  try {
    const { cwd, env, jobs } = workshop;
    const around = { command, cwd, env };
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
