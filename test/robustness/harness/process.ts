import { spawn } from 'node:child_process';

export interface Surroundings {
  cwd?: string;
  /** Added to the test's own environment; undefined takes a variable away. */
  env?: Record<string, string | undefined>;
  /** Milliseconds after which the process group is killed and the test fails. */
  timeoutMs?: number;
  /** Called with what the process has printed so far, each time that it prints. */
  onOutput?: (stdout: string, pid: number) => void;
}

export type Ending = { kind: 'exit'; code: number } | { kind: 'signal'; signal: string };

export interface Ended {
  stdout: string;
  stderr: string;
  outcome: Ending;
}

/** Runs a command to its end with nothing on its standard input. */
export function start(command: string[], surroundings: Surroundings = {}): Promise<Ended> {
  const [program = '', ...args] = command;
  const env = { ...process.env, ...surroundings.env };
  const limit = surroundings.timeoutMs ?? 120_000;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env,
      cwd: surroundings.cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true, // a group of its own, so that a hung test leaves nothing behind
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, limit);
    child.stdout.on('data', (data) => {
      out.push(data);
      surroundings.onOutput?.(Buffer.concat(out).toString(), child.pid ?? 0);
    });
    child.stderr.on('data', (data) => err.push(data));
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const stdout = Buffer.concat(out).toString();
      const stderr = Buffer.concat(err).toString();
      if (late) reject(new Error(`not ended after ${limit} ms: ${command.join(' ')}\n${stdout}\n${stderr}`));
      else if (signal !== null) resolve({ stdout, stderr, outcome: { kind: 'signal', signal } });
      else resolve({ stdout, stderr, outcome: { kind: 'exit', code: code ?? -1 } });
    });
  });
}
