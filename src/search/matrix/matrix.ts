import type { RunTrial } from '../trial.ts';
import { arrangementText, planTurns, type Turn } from './cells.ts';
import { type CellRun, cellOf, cellRun, type Matrix } from './result.ts';
import type { MatrixPlan, Store } from './store.ts';

export interface MatrixSurroundings {
  run: RunTrial;
  /** How many runs are asked for at once. */
  jobs: number;
  /** Keeps every finished run; its runs are taken over when it is resumed. */
  store?: Store;
  progress: (text: string) => void;
  /** No further run is begun. */
  stopped: () => boolean;
}

/** Makes the runs of a plan that are still to be made, and says how each cell ended. */
export async function runMatrix(plan: MatrixPlan, around: MatrixSurroundings): Promise<Matrix> {
  const turns = planTurns(plan.cells, plan.repeat, plan.seed);
  const done = new Map<Turn, CellRun>();
  for (const turn of turns) {
    const run = around.store?.read(turn);
    if (run) done.set(turn, run);
  }
  const open = turns.filter((turn) => !done.has(turn));
  const worker = async () => {
    for (let turn = open.shift(); turn && !around.stopped(); turn = open.shift()) {
      const moved = plan.cells[turn.cell] ?? {};
      around.progress(`run ${done.size + 1} of ${turns.length}: ${arrangementText(moved)}`);
      let run: CellRun;
      try {
        run = cellRun(await around.run(Object.keys(moved).length === 0 ? {} : { arrangement: moved }));
      } catch (error) {
        if (around.stopped()) return; // it was interrupted with us
        throw error;
      }
      done.set(turn, run);
      around.store?.write(turn, run);
    }
  };
  await Promise.all(Array.from({ length: around.jobs }, worker));
  const cells = plan.cells.flatMap((moved, cell) => {
    const runs = turns
      .filter((turn) => turn.cell === cell)
      .sort((a, b) => a.repeat - b.repeat)
      .flatMap((turn) => done.get(turn) ?? []);
    return cellOf(moved, runs) ?? [];
  });
  const matrix: Matrix = {
    schema: 'crossfree/matrix@1',
    ...plan,
    complete: done.size === turns.length,
    cells,
  };
  around.store?.finish(matrix);
  return matrix;
}
