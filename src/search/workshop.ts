import { execFile } from 'node:child_process';
import { cpSync } from 'node:fs';
import { freemem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Symbolizer } from '../evidence/symbolizer.ts';
import { observe } from '../observe.ts';
import { launcherProgram } from '../plan/installation.ts';
import { discard } from '../run/discard.ts';
import { ledgerFolder, privateFolder, secretFolder } from '../run/folder.ts';
import { Launcher } from '../run/launcher/launcher.ts';
import type { Printed } from '../run/launcher/protocol.ts';
import { type IsolatedRun, runIsolated } from '../run/launcher/run-cell.ts';
import { killTree } from '../run/process-tree.ts';
import type { PrintedText, Trial, TrialRun } from './trial.ts';

/** How the runs of a search are made. */
export interface Workshop {
  command: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  timeoutMs: number;
  /** Resident bytes of one run with all its processes; absent: its share of what is free. */
  memory?: number;
  /** Processes of one run at once; absent: more than any but a build or a browser has. */
  processes?: number;
  /** Each run gets a copy of the working directory. */
  copyCwd: boolean;
  /** A file for the program's standard input, absolute. */
  stdin?: string;
  /** A shell command that makes good what a run changed; run between two runs, so one goes on at a time. */
  reset?: string;
  /** Each run has addresses of its own; else all have the same, so that they go alike. */
  randomAddresses?: boolean;
  /** How many runs at once. */
  jobs: number;
}

const RESET_MS = 600_000;
/** Of the memory that is free, what the runs together may take. */
const SHARE = 0.6;
const PROCESSES = 2000;

/** Makes the runs of a search, each isolated, faithful, and looked at as closely as we can. */
export class Runner {
  readonly #workshop: Workshop;
  readonly #limits: { memory: number; processes: number };
  readonly #launchers: Launcher[] = [];
  readonly #idle: Launcher[] = [];
  readonly #waiting: ((launcher: Launcher) => void)[] = [];
  /** One for all runs: they show the same places. */
  readonly #symbolizer = new Symbolizer();
  readonly #scratch = privateFolder('crossfree-search-');
  #closed = false;
  #runs = 0;

  constructor(workshop: Workshop) {
    this.#workshop = workshop;
    const jobs = workshop.reset === undefined ? workshop.jobs : 1;
    const { memory = Math.round((freemem() * SHARE) / jobs), processes = PROCESSES } = workshop;
    this.#limits = { memory, processes };
    for (let count = 0; count < jobs; count++) this.#launchers.push(new Launcher(launcherProgram()));
    this.#idle.push(...this.#launchers);
  }

  /** How often the program has been started. */
  get runs(): number {
    return this.#runs;
  }

  /** Runs the program once, as soon as there is room. Throws CannotStart. */
  async run(trial: Trial): Promise<TrialRun> {
    const launcher = this.#idle.pop() ?? (await new Promise<Launcher>((got) => this.#waiting.push(got)));
    try {
      return await this.#runIn(launcher, trial);
    } finally {
      const next = this.#waiting.shift();
      if (next) next(launcher);
      else this.#idle.push(launcher);
    }
  }

  /** Ends what runs, and removes what was needed for it. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const launcher of this.#launchers) launcher.close();
    this.#symbolizer.close();
    discard(this.#scratch);
  }

  async #runIn(launcher: Launcher, trial: Trial): Promise<TrialRun> {
    const { command, env, timeoutMs, stdin, reset, randomAddresses } = this.#workshop;
    const number = this.#runs++;
    const folder = secretFolder(this.#scratch);
    const ledgerDir = ledgerFolder(folder);
    if (reset !== undefined && number > 0) await this.#reset(reset);
    let isolated: IsolatedRun | undefined;
    try {
      const request = {
        command,
        cwd: this.#directory(folder),
        env,
        ledgerDir,
        onFinding: 'faithful' as const,
        errorExitcode: 99,
        timeoutMs,
        overlaps: true as const,
        inspectHeap: true as const,
        ...trial,
        symbolizer: this.#symbolizer,
        runCell: async (cell: Parameters<typeof runIsolated>[1]) => {
          isolated = await runIsolated(launcher, cell, {
            limits: this.#limits,
            ...(stdin !== undefined && { input: stdin }),
            sameAddresses: randomAddresses !== true,
          });
          return isolated;
        },
      };
      const run = await observe(request);
      return { run, ...told(isolated as IsolatedRun) };
    } catch (error) {
      // a launcher that was lost may have left something behind, known by its environment
      if (isolated === undefined && !this.#closed) killTree(-1, ledgerDir);
      throw error;
    } finally {
      discard(folder);
    }
  }

  #directory(folder: string): string {
    const { cwd, copyCwd } = this.#workshop;
    if (!copyCwd) return cwd;
    const copy = join(folder, 'cwd');
    cpSync(cwd, copy, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    return copy;
  }

  async #reset(command: string): Promise<void> {
    const { cwd, env } = this.#workshop;
    try {
      await promisify(execFile)('/bin/sh', ['-c', command], { cwd, env, timeout: RESET_MS });
    } catch (error) {
      const { stderr } = error as { stderr?: string };
      throw new Error(`\`--reset ${command}\` failed: ${stderr?.trim() || (error as Error).message}`);
    }
  }
}

function told({ report }: IsolatedRun): Omit<TrialRun, 'run'> {
  return {
    printed: { stdout: text(report.stdout), stderr: text(report.stderr) },
    wallMs: report.wallMs,
    peak: report.peak,
    orphans: report.orphans,
    addresses: report.sameAddresses ? 'same' : 'random',
  };
}

function text({ head, tail, dropped }: Printed): PrintedText {
  // without a gap the two are one text
  if (dropped === 0) return { head: Buffer.concat([head, tail]).toString() };
  return { head: head.toString(), tail: tail.toString(), dropped };
}
