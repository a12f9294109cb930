import { spawn } from 'node:child_process';
import type { Outcome } from '../model/index.ts';

/** How a child ended and what it printed. */
export interface Captured {
  outcome: Outcome;
  stdout: string;
  stderr: string;
}

export interface CaptureOptions {
  cwd?: string;
  /** Added to the environment of this process. */
  env?: NodeJS.ProcessEnv;
  /** After so many milliseconds the child's whole process group is killed. */
  timeoutMs?: number;
}

/** Runs a child without standard input and keeps what it prints. Rejects when it cannot be started. */
export function capture(
  command: readonly [string, ...string[]],
  options: CaptureOptions = {},
): Promise<Captured> {
  const { timeoutMs = 120_000 } = options;
  const [program, ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const output = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text) => (output.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (output.stderr += text));
    let timedOut = false;
    const kill = () => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    };
    const timer = setTimeout(() => {
      timedOut = true;
      kill();
    }, timeoutMs);
    // a terminal's interrupt does not reach the child's process group
    process.once('exit', kill);
    const done = () => {
      clearTimeout(timer);
      process.off('exit', kill);
    };
    child.on('error', (error) => {
      done();
      reject(error);
    });
    child.on('close', (code, signal) => {
      done();
      resolve({
        outcome: timedOut ? { kind: 'timeout', afterMs: timeoutMs } : ending(code, signal),
        ...output,
      });
    });
  });
}

function ending(code: number | null, signal: NodeJS.Signals | null): Outcome {
  return signal === null ? { kind: 'exit', code: code ?? 0 } : { kind: 'signal', signal };
}
