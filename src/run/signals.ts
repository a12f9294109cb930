import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type ProcessStat, parseStat } from './process-stat.ts';

/** What a terminal sends to every process of its foreground group, the program included. */
const FROM_TERMINAL: NodeJS.Signals[] = ['SIGINT', 'SIGQUIT'];
const FORWARDED: NodeJS.Signals[] = [...FROM_TERMINAL, 'SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'];

/**
 * From now on signals to us are for the program, and we go on waiting for it. A signal that a
 * terminal sends has reached it already and is not sent twice. `program` gives the process once
 * there is one. Returns what ends this.
 */
export function forwardSignals(program: () => ChildProcess | undefined): () => void {
  const listeners = FORWARDED.map((signal) => {
    const listener = () => {
      if (FROM_TERMINAL.includes(signal) && inForeground(ownStat())) return;
      program()?.kill(signal);
    };
    process.on(signal, listener);
    return { signal, listener };
  });
  return () => {
    for (const { signal, listener } of listeners) process.off(signal, listener);
  };
}

/** Whether a process is in the foreground group of its terminal. */
export function inForeground({ terminal, group, foreground }: ProcessStat): boolean {
  return terminal !== 0 && group === foreground;
}

function ownStat(): ProcessStat {
  return parseStat(readFileSync('/proc/self/stat', 'utf8'));
}
