import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';

/** The program cannot be started. `status` is what a shell would end with: 127 not found, 126 not executable. */
export class CannotStart extends Error {
  readonly status: 126 | 127;

  constructor(message: string, status: 126 | 127) {
    super(message);
    this.name = 'CannotStart';
    this.status = status;
  }
}

export interface ResolvedCommand {
  /** What to hand to exec: relative where the command was. */
  executable: string;
  /** The same file, absolute. */
  path: string;
}

/** Where execvp looks when there is no PATH. */
const DEFAULT_PATH = '/bin:/usr/bin';

/**
 * Finds the file of `command` the way execvp does: as it stands when it holds a slash, else in the
 * directories of PATH, where an empty one is the working directory. Throws CannotStart.
 */
export function resolveCommand(
  command: string,
  cwd: string,
  searchPath: string | undefined,
): ResolvedCommand {
  if (command === '') throw new CannotStart('the name of the program is empty', 127);
  if (command.includes('/')) {
    const path = resolve(cwd, command);
    const problem = whyNotExecutable(path);
    if (problem) throw problem;
    return { executable: command, path };
  }
  let denied: CannotStart | undefined;
  for (const directory of (searchPath ?? DEFAULT_PATH).split(':')) {
    const executable = directory === '' ? `./${command}` : `${directory.replace(/\/+$/, '')}/${command}`;
    const path = resolve(cwd, executable);
    const problem = whyNotExecutable(path);
    if (!problem) return { executable, path };
    if (problem.status === 126) denied ??= problem;
  }
  throw denied ?? new CannotStart(`${command}: not found in PATH`, 127);
}

function whyNotExecutable(path: string): CannotStart | undefined {
  let status: ReturnType<typeof statSync>;
  try {
    status = statSync(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EACCES') return new CannotStart(`${path}: permission denied`, 126);
    if (code === 'ELOOP') return new CannotStart(`${path}: too many levels of symbolic links`, 126);
    if (code === 'ENAMETOOLONG') return new CannotStart(`${path}: the name is too long`, 126);
    return new CannotStart(`${path}: no such file`, 127);
  }
  if (status.isDirectory()) return new CannotStart(`${path}: is a directory`, 126);
  if (!status.isFile()) return new CannotStart(`${path}: is not a regular file`, 126);
  try {
    accessSync(path, constants.X_OK);
  } catch {
    return new CannotStart(`${path}: is not executable (chmod +x makes it so)`, 126);
  }
  return undefined;
}
