import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { cString, type MiTuple, parseMi } from './mi.ts';

/** What gdb answered to one command. */
export interface MiAnswer {
  /** Its result: `-data-evaluate-expression` has `value`. */
  result: MiTuple;
  /** What it wrote to the console meanwhile. */
  console: string;
}

export interface GdbOptions {
  /** The program of that name in PATH is taken where it is absent. */
  gdb?: string;
  env?: NodeJS.ProcessEnv;
  /** What gdb itself has open as descriptors 3, 4 and 5, for its program to use; absent: nothing. */
  standard?: readonly ('inherit' | 'ignore' | number)[];
}

/** gdb may load the symbols of a large program. */
const PATIENCE_MS = 60_000;

/**
 * A gdb that is asked through its machine interface, version 3. It reads no start-up file, loads no script of the
 * program's, and asks no server for debug info.
 */
export class Gdb {
  readonly #process: ChildProcess;
  readonly #input: Writable;
  #console = '';
  #results: ((line: string) => void)[] = [];
  #stops: ((stop: MiTuple) => void)[] = [];
  #stopped: MiTuple[] = [];
  #pid: number | undefined;
  #ended = false;

  /** `rest`: the program, or what else gdb is to open (`-c core`). */
  constructor(rest: readonly string[], cwd: string, { gdb = 'gdb', env, standard = [] }: GdbOptions = {}) {
    const quiet = ['-nx', '-nh', '-q', '--interpreter=mi3', '-iex', 'set auto-load no'];
    const more = ['-iex', 'set debuginfod enabled off', '-iex', 'set width 0', '-iex', 'set confirm off'];
    const inherited = standard.map((one, index) => (one === 'inherit' ? index : one));
    this.#process = spawn(gdb, [...quiet, ...more, ...rest], {
      cwd,
      ...(env && { env }),
      stdio: ['pipe', 'pipe', 'ignore', ...inherited],
    });
    this.#input = this.#process.stdin as Writable;
    this.#process.on('error', () => this.#end());
    this.#input.on('error', () => {});
    createInterface({ input: this.#process.stdout as Readable }).on('line', (line) => this.#take(line));
    this.#process.on('close', () => this.#end());
  }

  /** The program's process, once it runs. */
  get pid(): number | undefined {
    return this.#pid;
  }

  /** Throws Error with gdb's own words when it refuses. */
  async ask(command: string): Promise<MiAnswer> {
    this.#console = '';
    const line = await this.#within(
      command,
      new Promise<string>((got) => {
        if (this.#ended) return got(ENDED);
        this.#results.push(got);
        this.#input.write(`${command}\n`);
      }),
    );
    const [, kind = '', rest = ''] = /^\^([a-z]+),?(.*)$/.exec(line) ?? [];
    const result = parseMi(rest);
    if (kind === 'error') throw new Error(`gdb refuses \`${command}\`: ${String(result.msg)}`);
    return { result, console: this.#console };
  }

  /** What a command of gdb's ordinary language writes. */
  async console(command: string): Promise<string> {
    return (await this.ask(`-interpreter-exec console ${JSON.stringify(command)}`)).console;
  }

  /**
   * Runs on, and says why the program stopped: `reason` and more; without one at an ordinary stop. It waits for
   * `patience` milliseconds, or for ever.
   */
  async go(command: '-exec-run' | '-exec-continue' | '-exec-next', patience = PATIENCE_MS): Promise<MiTuple> {
    await this.ask(command);
    const stop = this.#stopped.shift();
    if (stop) return stop;
    if (this.#ended) return { reason: 'gdb-ended' };
    return this.#within(command, new Promise<MiTuple>((got) => this.#stops.push(got)), patience);
  }

  close(): void {
    this.#process.kill('SIGKILL');
  }

  #end(): void {
    this.#ended = true;
    for (const answer of this.#results.splice(0)) answer(ENDED);
    for (const stop of this.#stops.splice(0)) stop({ reason: 'gdb-ended' });
  }

  #take(line: string): void {
    if (line.startsWith('~')) this.#console += cString(line.slice(1));
    else if (line.startsWith('^')) this.#results.shift()?.(line);
    else if (line.startsWith('=thread-group-started')) {
      this.#pid ??= Number(/pid="(\d+)"/.exec(line)?.[1]) || undefined;
    } else if (line.startsWith('*stopped')) {
      const stop = parseMi(line.slice('*stopped,'.length));
      const waiting = this.#stops.shift();
      if (waiting) waiting(stop);
      else this.#stopped.push(stop);
    }
  }

  async #within<T>(command: string, answer: Promise<T>, patience = PATIENCE_MS): Promise<T> {
    if (patience === Number.POSITIVE_INFINITY) return answer;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`gdb did not answer \`${command}\``)), patience);
    });
    try {
      return await Promise.race([answer, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

const ENDED = '^error,msg="gdb has ended"';
