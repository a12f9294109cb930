import { inspectProgram } from '../../inspect/program.ts';
import type { Allocator, World } from '../../model/index.ts';
import type { Addresses, RunTrial, TrialRun } from '../trial.ts';
import { movableWorlds, planArrangements } from './cells.ts';
import { contentOf, type MatrixPlan } from './store.ts';

export interface Survey {
  command: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Absent: those that the program uses. */
  worlds?: World[];
  allocators: Allocator[];
  full: boolean;
  repeat: number;
  seed: number;
  addresses: Addresses;
}

/** One observing run that says which worlds there are to be moved, and the plan that follows from it. */
export async function survey(wishes: Survey, run: RunTrial): Promise<{ plan: MatrixPlan; first: TrialRun }> {
  const { command, cwd, env, allocators, full, repeat, seed, addresses } = wishes;
  const first = await run({});
  const worlds = wishes.worlds ?? movableWorlds(first.run.observed.allocations);
  const { path } = await inspectProgram(command[0] ?? '', cwd, env);
  const plan: MatrixPlan = {
    command,
    program: { path, sha256: await contentOf(path) },
    worlds,
    allocators,
    repeat,
    seed,
    addresses,
    cells: planArrangements(worlds, allocators, first.run.arrangement, full),
  };
  return { plan, first };
}
