import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Workshop } from '../search/workshop.ts';
import { badValue } from './failure.ts';
import { parseBytes, parseCount, parseDuration } from './values.ts';

/** How the runs of a search are made, as the command line says it. */
export interface WorkshopOptions {
  jobs?: number;
  timeout: number;
  memory?: number;
  randomAddresses?: true;
  cwdCopy?: true;
  stdin?: string;
  reset?: string;
}

const TIMEOUT_MS = 30_000;

/** The options of a command that runs one program many times. */
export function withWorkshopOptions(command: Command): Command {
  return command
    .option('--jobs <n>', 'runs at once; default: as many as there are cores', (text) =>
      parseCount('--jobs', text),
    )
    .option(
      '--timeout <duration>',
      'end a run after e.g. 500ms, 30s',
      (text) => parseDuration('--timeout', text),
      TIMEOUT_MS,
    )
    .option('--memory <size>', 'end a run that takes more, e.g. 500M, 2G', (text) =>
      parseBytes('--memory', text),
    )
    .option('--random-addresses', 'each run at addresses of its own; default: the same in all')
    .option('--cwd-copy', 'each run in a copy of the working directory')
    .option('--stdin <file>', 'the program’s standard input; default: none')
    .option('--reset <command>', 'a shell command that makes good what a run changed, run between two runs');
}

/** What the options ask for. Throws UsageError when one of them names what is not there. */
export function workshopOf(options: WorkshopOptions): Omit<Workshop, 'command' | 'cwd' | 'env'> {
  const { jobs = availableParallelism(), timeout, memory, reset, cwdCopy, randomAddresses } = options;
  const stdin = options.stdin === undefined ? undefined : resolve(options.stdin);
  if (stdin !== undefined && !existsSync(stdin))
    throw badValue('--stdin', 'a file that is there', options.stdin ?? '');
  return {
    jobs,
    timeoutMs: timeout,
    copyCwd: cwdCopy === true,
    randomAddresses: randomAddresses === true,
    ...(memory !== undefined && { memory }),
    ...(stdin !== undefined && { stdin }),
    ...(reset !== undefined && { reset }),
  };
}
