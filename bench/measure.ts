import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What one run took. */
export interface Usage {
  /** User and system time of the process tree, seconds. */
  cpu: number;
  /** Seconds from start to end. */
  wall: number;
  /** Peak resident set of the largest process, bytes. */
  peak: number;
}

export interface Invocation {
  command: string[];
  /** Added to the environment of the program only. */
  environment?: Record<string, string>;
  /** File that feeds its standard input. */
  input?: string;
}

export interface Measured extends Usage {
  /** Exit code, 128+n after signal n, -1 after the time limit. */
  status: number;
  output: string;
  errors: string;
}

/** Runs a program under the helper `measure` (measure.c) and reads what it took. */
export class Meter {
  readonly #helper: string;
  readonly #scratch: string;
  readonly #limitSeconds: number;

  /**
   * @param helper path of the compiled helper
   * @param scratch an existing folder for the program's output
   * @param limitSeconds wall time after which a run is ended
   */
  constructor(helper: string, scratch: string, limitSeconds: number) {
    this.#helper = helper;
    this.#scratch = scratch;
    this.#limitSeconds = limitSeconds;
  }

  run(invocation: Invocation): Measured {
    const names = ['output', 'errors', 'usage'].map((name) => join(this.#scratch, name));
    const input = openSync(invocation.input ?? '/dev/null', 'r');
    // Files, not pipes: nobody has to be awake beside the program to read them.
    const files = names.map((name) => openSync(name, 'w'));
    const environment = Object.entries(invocation.environment ?? {}).map(
      ([name, value]) => `${name}=${value}`,
    );
    try {
      const { error, status } = spawnSync(
        this.#helper,
        [String(this.#limitSeconds), ...environment, '--', ...invocation.command],
        { stdio: [input, ...files], cwd: this.#scratch },
      );
      if (error) throw error;
      const [output, errors, usage] = names.map((name) => readFileSync(name, 'latin1')) as [
        string,
        string,
        string,
      ];
      const numbers = usage.trim().split(' ').map(Number);
      if (status !== 0 || numbers.length !== 5) throw new Error(`the helper failed: ${errors.trim()}`);
      const [code, user, system, wall, peak] = numbers as [number, number, number, number, number];
      return {
        status: code,
        cpu: (user + system) / 1e6,
        wall: wall / 1e6,
        peak: peak * 1024,
        output,
        errors,
      };
    } finally {
      for (const file of [input, ...files]) closeSync(file);
    }
  }
}
