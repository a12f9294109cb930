import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));

export function compile(name: string, into: string, ...options: string[]): string {
  const program = join(into, name);
  execFileSync('gcc', ['-O0', '-g', '-w', '-pthread', '-o', program, join(folder, `${name}.c`), ...options]);
  return program;
}

export interface Waiting {
  pid: number;
  /** What it said before it was ready. */
  lines: string[];
  end(): void;
}

/** Starts a program and waits until it says that it is ready. */
export async function start(command: string[]): Promise<Waiting> {
  const [program = '', ...args] = command;
  const child: ChildProcess = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  let text = '';
  await new Promise<void>((ready, failed) => {
    child.stdout?.on('data', (piece) => {
      text += piece;
      if (/^ready$/m.test(text)) ready();
    });
    child.once('exit', () => failed(new Error(`${command.join(' ')} ended too early: ${text}`)));
  });
  return {
    pid: child.pid as number,
    lines: text.split('\n').filter((line) => line !== '' && line !== 'ready'),
    end: () => child.kill('SIGKILL'),
  };
}
