import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Corruption, HeapAccount } from '../../model/index.ts';
import { heapAtCrash } from './at-crash.ts';
import { proveCorruption } from './proof.ts';

/** How often we look for a process that stands still, milliseconds; its exit waits for so long. */
const TURN_MS = 4;

/** Looks at each observed process that stands still at its end or at its fatal signal, and lets it go. */
export class ExitInspector {
  readonly corruption: Corruption[] = [];
  /** The heaps of processes at their fatal signal, by process id. */
  readonly heaps = new Map<number, HeapAccount>();
  readonly #directory: string;
  readonly #seen = new Set<string>();
  readonly #timer: NodeJS.Timeout;

  /** `directory`: where the ledgers are. */
  constructor(directory: string) {
    this.#directory = directory;
    this.#timer = setInterval(() => this.#look(), TURN_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    let names: string[];
    try {
      names = readdirSync(this.#directory);
    } catch {
      return; // the program took the directory away
    }
    for (const name of names) {
      const pid = /^(\d+)\.inspect$/.exec(name)?.[1];
      if (pid === undefined || this.#seen.has(name)) continue;
      this.#seen.add(name);
      try {
        const words = readFileSync(join(this.#directory, name), 'utf8').trim().split(' ');
        const [threadPointer = '', stackPointer = '', tid = '', why] = words;
        const fsBase = BigInt(`0x${threadPointer}`);
        if (why === 'crash') {
          const thread = { tid: Number(tid), registers: { fs_base: fsBase } };
          const heap = heapAtCrash(Number(pid), this.#directory, thread);
          if (heap) this.heaps.set(Number(pid), heap);
          continue;
        }
        this.corruption.push(
          ...proveCorruption(Number(pid), this.#directory, {
            tid: Number(tid),
            registers: { fs_base: fsBase, rsp: BigInt(`0x${stackPointer}`) },
          }),
        );
      } catch {
        // it went away, or cannot be read: nothing is proven
      } finally {
        this.#letGo(pid);
      }
    }
  }

  #letGo(pid: string): void {
    try {
      writeFileSync(join(this.#directory, `${pid}.inspected`), '');
    } catch {
      // then it goes on by itself, after a while
    }
  }
}
