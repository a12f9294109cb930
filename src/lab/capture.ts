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
    const timer = setTimeout(() => {
      timedOut = true;
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, timeoutMs);
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
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
