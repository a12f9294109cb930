import type { World } from '../model/index.ts';
import { soundAllocators } from '../plan/allocators.ts';
import { runMatrix } from '../search/matrix/matrix.ts';
import type { Matrix } from '../search/matrix/result.ts';
import { survey } from '../search/matrix/survey.ts';
import { Runner } from '../search/workshop.ts';
import type { Workbench } from './experiment.ts';
import { workshopAt } from './workshop.ts';

/** One program on the allocators that `crossfree matrix` takes, through its stages. */
export async function switched(
  bench: Workbench,
  command: string[],
  { worlds, repeat }: { worlds: World[]; repeat: number },
): Promise<Matrix> {
  const allocators = soundAllocators();
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
