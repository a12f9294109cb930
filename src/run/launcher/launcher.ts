import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { encodeJob, type Job, type Report, ReportReader } from './protocol.ts';

interface Waiting {
  id: number;
  done: (report: Report) => void;
  failed: (error: Error) => void;
}

/**
 * A resident process that runs programs for us, one at a time, and leaves nothing of them behind. It
 * ends when we do, and takes along what runs.
 */
export class Launcher {
  readonly #child: ChildProcess;
  readonly #reports = new ReportReader();
  #waiting: Waiting | undefined;
  #lost: Error | undefined;
  #last = 0;
  #complaint = '';

  /** @param path the program `crossfree-launch` */
  constructor(path: string) {
    // a session of its own: what the terminal says to us must not end it before we have decided
    this.#child = spawn(path, [], { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    this.#child.once('error', (error) => this.#lose(`the launcher cannot be started: ${error.message}`));
    this.#child.once('close', () =>
      this.#lose(`the launcher ended${this.#complaint && `: ${this.#complaint}`}`),
    );
    this.#child.stdin?.on('error', () => {}); // told by its end
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#complaint = (this.#complaint + text).trim().slice(0, 500);
    });
    this.#child.stdout?.on('data', (piece: Buffer) => this.#take(piece));
    this.#rest();
  }

  /** Runs one program to its end and until nothing is left of it. */
  run(job: Job): Promise<Report> {
    return new Promise((done, failed) => {
      if (this.#lost) return failed(this.#lost);
      if (this.#waiting) return failed(new Error('the launcher runs one program at a time'));
      this.#last = (this.#last + 1) >>> 0;
      const bytes = encodeJob(this.#last, job);
      this.#waiting = { id: this.#last, done, failed };
      (this.#child.stdout as Socket).ref();
      this.#child.stdin?.write(bytes);
    });
  }

  /** Ends it, and what it runs. */
  close(): void {
    this.#lose('the launcher was closed'); // at once: nothing else keeps us waiting for its end
    this.#child.stdin?.destroy();
  }

  #take(piece: Buffer): void {
    try {
      for (const report of this.#reports.push(piece)) {
        const waiting = this.#waiting;
        if (waiting?.id !== report.id) throw new Error('a report that nobody waits for');
        this.#waiting = undefined;
        this.#rest();
        waiting.done(report);
      }
    } catch (error) {
      this.#lose(`the launcher is out of step: ${(error as Error).message}`);
      this.#child.kill();
    }
  }

  /** Idle, it keeps nobody waiting for it. */
  #rest(): void {
    this.#child.unref();
    for (const stream of [this.#child.stdin, this.#child.stdout, this.#child.stderr])
      (stream as Socket).unref();
  }

  #lose(why: string): void {
    this.#lost ??= new Error(why);
    this.#waiting?.failed(this.#lost);
    this.#waiting = undefined;
  }
}
