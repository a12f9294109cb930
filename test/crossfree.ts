import { type SpawnSyncOptions, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../src/plan/installation.ts';

/** The launcher that users start. */
export const CROSSFREE = join(packageRoot(), 'bin/crossfree.js');

export interface Ended {
  status: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** Runs the built command line to its end. */
export function crossfree(args: string[], options: SpawnSyncOptions = {}): Ended {
  const { status, signal, stdout, stderr, error } = spawnSync(process.execPath, [CROSSFREE, ...args], {
    ...options,
    env: {
      ...process.env,
      NO_COLOR: undefined,
      FORCE_COLOR: undefined,
      GITHUB_ACTIONS: undefined,
      ...options.env,
    },
    encoding: 'utf8',
    timeout: 120_000,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error) throw error;
  return { status, signal, stdout: stdout as string, stderr: stderr as string };
}
