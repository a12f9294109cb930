import { resolve } from 'node:path';
import { type Shard, shardOf } from '../shard.ts';
import { Runner } from '../workshop.ts';
import { runMatrix } from './matrix.ts';
import type { Matrix } from './result.ts';
import { type MatrixPlan, Store } from './store.ts';
import { type Survey, survey } from './survey.ts';

/** A matrix to be made. */
export interface MatrixWishes extends Survey {
  /** How many runs at once. */
  jobs: number;
  timeoutMs: number;
  /** Resident bytes of one run; absent: its share of what is free. */
  memory?: number;
  /** Each run gets a copy of the working directory. */
  copyCwd: boolean;
  /** A file for the program's standard input, absolute. */
  stdin?: string;
  /** A shell command that makes good what a run changed. */
  reset?: string;
  /** Only this part of the cells. */
  shard?: Shard;
  /** A folder in which every finished run is kept. */
  out?: string;
  /** True to go on with what `out` holds. */
  resume?: boolean;
}

export interface MatrixWatcher {
  progress(text: string): void;
  /** Called before the first run of the plan. */
  planned(plan: MatrixPlan): void;
}

/** The runs of one program under every allocator: looks which worlds there are, plans, runs. */
export class MatrixSearch {
  readonly #wishes: MatrixWishes;
  readonly #runner: Runner;
  #stopped = false;

  constructor(wishes: MatrixWishes) {
    this.#wishes = wishes;
    this.#runner = new Runner({ ...wishes, randomAddresses: wishes.addresses === 'random' });
  }

  /** Ends what runs; what has finished is handed back. */
  stop(): void {
    this.#stopped = true;
    this.#runner.close();
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** Throws CannotStart, CannotResume, NotBuilt, BadArrangement. */
  async make(watcher: MatrixWatcher): Promise<Matrix> {
    const { jobs, out, resume, shard } = this.#wishes;
    try {
      watcher.progress('looking which worlds the program uses');
      const surveyed = await survey(this.#wishes, (trial) => this.#runner.run(trial));
      const plan = shard ? partOf(surveyed.plan, shard) : surveyed.plan;
      const store = out === undefined ? undefined : new Store(resolve(out));
      if (resume) store?.expect(plan);
      else store?.begin(plan);
      watcher.planned(plan);
      return await runMatrix(plan, {
        run: (trial) => this.#runner.run(trial),
        jobs,
        progress: watcher.progress,
        stopped: () => this.#stopped,
        ...(store && { store }),
      });
    } finally {
      this.#runner.close();
    }
  }
}

function partOf(plan: MatrixPlan, shard: Shard): MatrixPlan {
  return { ...plan, shard: { ...shard, planned: plan.cells }, cells: shardOf(plan.cells, shard) };
}
