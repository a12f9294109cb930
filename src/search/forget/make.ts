import type { Arrangement, ForgetResult } from '../../model/index.ts';
import { Runner, type Workshop } from '../workshop.ts';
import { type ForgetPlan, forget } from './forget.ts';

/** A search for guilty releases to be made. */
export interface ForgetWishes extends Workshop, ForgetPlan {
  /** The program is run no more often than that. */
  mostRuns: number;
  /** World → allocator, for the worlds that are to be moved. */
  arrangement?: Arrangement;
}

/** Finds the releases that are to blame for how one program ends. */
export class ForgetSearch {
  readonly #wishes: ForgetWishes;
  readonly #runner: Runner;
  #stopped = false;

  constructor(wishes: ForgetWishes) {
    this.#wishes = wishes;
    this.#runner = new Runner(wishes);
  }

  /** Ends what runs; what is known is handed back. */
  stop(): void {
    this.#stopped = true;
    this.#runner.close();
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** Throws CannotStart, NotBuilt, BadArrangement. */
  async make(watcher: { progress(text: string): void }): Promise<ForgetResult> {
    const { mostRuns, arrangement, jobs, reset } = this.#wishes;
    try {
      return await forget(this.#wishes, {
        run: (trial) => this.#runner.run(trial),
        ...(arrangement && { arrangement }),
        mostRuns,
        jobs: reset === undefined ? jobs : 1,
        stopped: () => this.#stopped,
        progress: (text) => watcher.progress(text),
      });
    } finally {
      this.#runner.close();
    }
  }
}
