/** One process at a time: a lock of the kernel's, which ends with those that hold it, however they end. */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Does `work` while nobody else, here or in another process, does work under the same file; others wait as long as
 * it takes. `work` gets the descriptor that holds the lock: a child to which it is handed on holds the lock too, so
 * that a compiler which outlives us still has its folder to itself. Throws where there is no `flock`.
 * @template T
 * @param {string} file made where it is missing, and left there
 * @param {(lock: number) => T | Promise<T>} work
 * @returns {Promise<T>}
 */
export async function alone(file, work) {
  mkdirSync(dirname(file), { recursive: true });
  const lock = openSync(file, 'a');
  try {
    await take(lock, file);
    return await work(lock);
  } finally {
    closeSync(lock);
  }
}

/**
 * `flock` takes the lock for the open file that it shares with us, and ends: we keep it.
 * @param {number} lock
 * @param {string} file
 * @returns {Promise<void>}
 */
function take(lock, file) {
  return new Promise((resolve, reject) => {
    const child = spawn('flock', ['--exclusive', '3'], { stdio: ['ignore', 'ignore', 'inherit', lock] });
    child.once('error', (error) =>
      reject(new Error(`\`flock\` (Debian: util-linux) is needed to build alone: ${error.message}`)),
    );
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`\`flock\` could not lock ${file}`)),
    );
  });
}

/**
 * Where a child of ours has to get the lock so that it holds it too.
 * @param {number} lock
 * @returns {['ignore', 'pipe', 'pipe', number]}
 */
export const holding = (lock) => ['ignore', 'pipe', 'pipe', lock];
