import { spawn } from 'node:child_process';

export interface Ended {
  /** Exit code, or 128 plus the signal's number, as a shell would say it. */
  status: number;
  stdout: Buffer;
  stderr: Buffer;
  timedOut: boolean;
  milliseconds: number;
}

const SIGNAL_NUMBERS: Record<string, number> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGPIPE: 13,
  SIGTERM: 15,
};

/** Runs a command to its end in a process group of its own, which is ended after `seconds`. */
export function runToEnd(
  command: readonly string[],
  options: { cwd: string; env: NodeJS.ProcessEnv; stdin?: string | undefined; seconds: number },
): Promise<Ended> {
  const [program = '', ...args] = command;
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: options.cwd, env: options.env, detached: true });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    let timedOut = false;
    const endGroup = () => {
      try {
        if (child.pid) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // Nobody is left in the group.
      }
    };
    const timer = setTimeout(() => {
      timedOut = true;
      endGroup();
    }, options.seconds * 1000);
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.stdin.on('error', () => {}); // A program may end without reading its input.
    child.stdin.end(options.stdin ?? '');
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    // A server that its client forgot would hold our pipes open for ever.
    let straggling: NodeJS.Timeout | undefined;
    child.on('exit', () => {
      straggling = setTimeout(endGroup, 2000);
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      clearTimeout(straggling);
      endGroup();
      resolve({
        status: code ?? 128 + (SIGNAL_NUMBERS[signal ?? ''] ?? 0),
        stdout: Buffer.concat(stdout),
        stderr: Buffer.concat(stderr),
        timedOut,
        milliseconds: Math.round(performance.now() - started),
      });
    });
  });
}
