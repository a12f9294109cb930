import { readdirSync, readFileSync } from 'node:fs';
import { type ProcessStat, parseStat } from './process-stat.ts';

/** One line of the process table. */
export type ProcessEntry = Pick<ProcessStat, 'parent'> & { pid: number };

/** New processes may be born while we look; nobody forks through this many looks. */
const MOST_LOOKS = 50;

/**
 * Kills `root`, its descendants, and every process that writes to our ledgers: those whose parent
 * has gone are still known by their environment.
 */
export function killTree(root: number, ledgerDir: string): void {
  const born = readProcess(root)?.started ?? 0;
  const marker = `CROSSFREE_LEDGER_DIR=${ledgerDir}`;
  const doomed = new Set<number>();
  for (let look = 0; look < MOST_LOOKS; look++) {
    const processes = readProcesses().filter((entry) => entry.state !== 'Z' && entry.pid !== process.pid);
    const tree = descendants(root, processes);
    const fresh = processes.filter(
      ({ pid, started }) =>
        !doomed.has(pid) && started >= born && (tree.has(pid) || environmentHolds(pid, marker)),
    );
    if (fresh.length === 0) return;
    for (const { pid } of fresh) {
      doomed.add(pid);
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // gone, or another user's
      }
    }
  }
}

/** `root` and every process below it. */
export function descendants(root: number, processes: ProcessEntry[]): Set<number> {
  const children = new Map<number, number[]>();
  for (const { pid, parent } of processes) {
    const siblings = children.get(parent);
    if (siblings) siblings.push(pid);
    else children.set(parent, [pid]);
  }
  const found = new Set([root]);
  for (const pid of found) for (const child of children.get(pid) ?? []) found.add(child);
  return found;
}

function readProcess(pid: number): (ProcessStat & { pid: number }) | undefined {
  try {
    return { pid, ...parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8')) };
  } catch {
    return undefined;
  }
}

function readProcesses(): (ProcessStat & { pid: number })[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(Number(name)) ?? []);
}

function environmentHolds(pid: number, marker: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(marker);
  } catch {
    return false;
  }
}
