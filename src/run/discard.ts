import { chmodSync, rmSync } from 'node:fs';

const PATIENT = { recursive: true, force: true, maxRetries: 5, retryDelay: 50 } as const;

/**
 * Removes a folder of ours in which a process that is just ending may still write: then once more when we end
 * ourselves. A folder that is left over is no reason to lose a result.
 */
export function discard(folder: string): void {
  if (!removed(folder)) process.once('exit', () => removed(folder));
}

function removed(folder: string): boolean {
  try {
    chmodSync(folder, 0o700); // nobody else changes what we are about to go through
  } catch {
    // told by the next step
  }
  try {
    rmSync(folder, PATIENT);
    return true;
  } catch {
    return false;
  }
}
