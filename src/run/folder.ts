import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { discard } from './discard.ts';

/**
 * What root starts may go on as another user, as servers do, and then start programs: their ledgers go into
 * root's folder too. So others may pass through it, and write where they know the name; none may list it.
 */
const isRoot = process.getuid?.() === 0;
const PASSED = isRoot ? 0o711 : 0o700;
const WRITTEN = isRoot ? 0o1733 : 0o700;

/** A new folder that nobody else can list. Its own name can be seen in `above`, so nothing is written right into it. */
export function privateFolder(prefix: string, above: string = tmpdir()): string {
  const folder = mkdtempSync(join(resolve(above), prefix));
  chmodSync(folder, PASSED);
  return folder;
}

/**
 * An empty folder below a private one, under a name that nobody can guess: only what knows it, the observed
 * processes, can write there.
 */
export function ledgerFolder(within: string): string {
  const folder = secretFolder(within);
  chmodSync(folder, WRITTEN);
  return folder;
}

/** A folder whose name nobody can guess, to pass through. Names are of one length: what the environment holds moves the stack. */
export function secretFolder(within: string): string {
  const folder = join(within, randomBytes(16).toString('hex'));
  mkdirSync(folder);
  chmodSync(folder, PASSED);
  return folder;
}

/** Makes a folder that is there one that nobody else can list. */
export function hide(folder: string): void {
  chmodSync(folder, PASSED);
}

/**
 * What was written is kept beside the folder in which it was written; from now on nobody else gets there. What
 * cannot be moved stays where it is: no reason to lose a result.
 */
export function moveUp(ledgers: string): void {
  const above = dirname(ledgers);
  try {
    chmodSync(above, 0o700);
    for (const entry of readdirSync(ledgers, { withFileTypes: true }))
      if (entry.isFile()) renameSync(join(ledgers, entry.name), join(above, entry.name));
  } catch {
    return; // the program took the folder away, or the disk is at its end
  }
  discard(ledgers);
}
