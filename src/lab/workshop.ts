import { availableParallelism } from 'node:os';
import type { Workshop } from '../search/workshop.ts';
import type { Workbench } from './experiment.ts';

const MOST_JOBS = 4;
const TIMEOUT_MS = 60_000;

/** How the lab runs a program many times: isolated, in the bench's directory. */
export function workshopAt(bench: Workbench, command: string[]): Workshop {
  return {
    command,
    cwd: bench.directory,
    env: process.env,
    timeoutMs: TIMEOUT_MS,
    copyCwd: false,
    jobs: Math.min(availableParallelism(), MOST_JOBS),
  };
}
