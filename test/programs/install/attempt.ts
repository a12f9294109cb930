import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { runToEnd } from '../process.ts';

export type Tell = (line: string) => void;

export interface Attempt {
  ok: boolean;
  said: string;
}

/** Runs an installing command to its end; `said` is the end of what it printed. */
export async function attempt(
  command: string,
  args: string[],
  env: NodeJS.ProcessEnv = process.env,
  cwd = process.cwd(),
): Promise<Attempt> {
  try {
    const run = await runToEnd([command, ...args], { env, cwd, seconds: 900 });
    const lines = `${run.stdout}${run.stderr}`.trim().split('\n');
    const said = run.timedOut ? 'it took more than 15 minutes' : lines.slice(-3).join(' / ');
    return { ok: run.status === 0, said };
  } catch (error) {
    return { ok: false, said: (error as Error).message };
  }
}

export function onPath(command: string): boolean {
  return (process.env.PATH ?? '').split(':').some((directory) => {
    try {
      accessSync(join(directory, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
