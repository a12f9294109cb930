import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Arrangement } from '../../model/index.ts';
import { asSaved } from '../../report/saved.ts';
import type { Turn } from './cells.ts';
import type { CellRun, Matrix } from './result.ts';

/** What a matrix was asked to be; results of another one are not taken over. */
export type MatrixPlan = Omit<Matrix, 'schema' | 'complete' | 'cells'> & { cells: Arrangement[] };

/** The folder holds something else; the message says what. */
export class CannotResume extends Error {}

const PLAN = 'plan.json';
export const RESULT = 'matrix.json';
const RUNS = 'runs';

/** A folder in which each finished run is kept at once, so that an interrupted matrix can go on. */
export class Store {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Begins anew. Throws CannotResume when the folder holds anything already. */
  begin(plan: MatrixPlan): void {
    mkdirSync(this.#folder, { recursive: true });
    if (readdirSync(this.#folder).length > 0)
      throw new CannotResume(
        `${this.#folder} is not empty; \`--resume ${this.#folder}\` goes on with a matrix that it holds`,
      );
    mkdirSync(join(this.#folder, RUNS));
    this.#write(PLAN, plan);
  }

  /** The plan of the matrix that was begun here. Throws CannotResume. */
  plan(): MatrixPlan {
    try {
      return JSON.parse(readFileSync(join(this.#folder, PLAN), 'utf8')) as MatrixPlan;
    } catch (error) {
      throw new CannotResume(`${this.#folder} holds no matrix that was begun: ${(error as Error).message}`);
    }
  }

  /** Throws CannotResume when `plan` is not what was begun here: it says what differs. */
  expect(plan: MatrixPlan): void {
    const begun = this.plan();
    for (const key of Object.keys(plan) as (keyof MatrixPlan)[]) {
      if (isDeepStrictEqual(begun[key], plan[key])) continue;
      const what = key === 'program' ? 'another program, or another build of it' : `another \`${key}\``;
      throw new CannotResume(
        `${this.#folder} holds the matrix of ${what}: ${shown(begun[key])}, not ${shown(plan[key])}`,
      );
    }
  }

  /** The run of a turn, when it was finished; one that broke off while it was written is none. */
  read(turn: Turn): CellRun | undefined {
    const path = join(this.#folder, RUNS, fileOf(turn));
    if (!existsSync(path)) return undefined;
    try {
      const run = asSaved(JSON.parse(readFileSync(path, 'utf8')));
      return run.schema === 'crossfree/run@1' ? (run as unknown as CellRun) : undefined;
    } catch {
      return undefined;
    }
  }

  write(turn: Turn, run: CellRun): void {
    this.#write(join(RUNS, fileOf(turn)), run);
  }

  finish(matrix: Matrix): void {
    this.#write(RESULT, matrix);
  }

  /** Whole or not at all. */
  #write(name: string, value: object): void {
    const path = join(this.#folder, name);
    writeFileSync(`${path}.partial`, `${JSON.stringify(value, undefined, 2)}\n`);
    renameSync(`${path}.partial`, path);
  }
}

function fileOf({ cell, repeat }: Turn): string {
  return `cell-${cell}-run-${repeat}.json`;
}

function shown(value: unknown): string {
  return JSON.stringify(value).slice(0, 200);
}

/** SHA-256 of a file's content. */
export async function contentOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
