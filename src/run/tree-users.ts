import { type FSWatcher, lstatSync, readFileSync, watch } from 'node:fs';
import { join } from 'node:path';
import { ownUser } from './trusted-file.ts';

/** No chain of parents is longer. */
const MOST_PARENTS = 200;
/** After so many files of others nobody looks any more. */
const MOST_LOOKS = 10_000;

/**
 * The users that processes below us have while a run goes on. A program that root starts may go on as another
 * user; whoever it is is seen when a process of his writes its first file into the run's folder.
 */
export class TreeUsers {
  readonly users: Set<number> = ownUser();
  readonly #folder: string;
  readonly #watcher: FSWatcher | undefined;
  #looks = 0;

  constructor(folder: string) {
    this.#folder = folder;
    if (process.getuid?.() !== 0) return; // what another user's process is given, the loader does not preload
    try {
      this.#watcher = watch(folder, { persistent: false }, (_event, name) => this.#look(name));
      this.#watcher.on('error', () => {}); // the folder is gone
    } catch {
      // no more of these to be had: the ledgers themselves still tell of users
    }
  }

  stop(): void {
    this.#watcher?.close();
  }

  #look(name: string | null): void {
    const pid = Number(/^(\d+)-\d+\.(?:ledger|trace)$/.exec(name ?? '')?.[1]);
    if (!pid || this.#looks >= MOST_LOOKS) return;
    try {
      const { uid } = lstatSync(join(this.#folder, name ?? ''));
      if (this.users.has(uid)) return;
      this.#looks++;
      if (userOf(pid) === uid && isBelowUs(pid)) this.users.add(uid);
    } catch {
      // the file or the process is gone
    }
  }
}

/** Whom files of this process belong to. Throws where there is no such process. */
export function userOf(pid: number): number | undefined {
  const users = /^Uid:\t\d+\t\d+\t\d+\t(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return users ? Number(users[1]) : undefined;
}

/** Whether we started the process, or one that started it. */
export function isBelowUs(pid: number): boolean {
  let at = pid;
  for (let step = 0; step < MOST_PARENTS && at > 1; step++) {
    const parent = Number(/^PPid:\t(\d+)$/m.exec(readFileSync(`/proc/${at}/status`, 'utf8'))?.[1] ?? 0);
    if (parent === process.pid) return true;
    at = parent;
  }
  return false;
}
