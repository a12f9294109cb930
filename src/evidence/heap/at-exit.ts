import type { Inspector, StandingThread } from '../../ledger/answer.ts';
import type { Corruption, HeapAccount } from '../../model/index.ts';
import { heapAtCrash } from './at-crash.ts';
import { proveCorruption } from './proof.ts';

/** Looks at the heap of each observed process that stands still at its end or at its fatal signal. */
export class HeapInspector implements Inspector {
  readonly corruption: Corruption[] = [];
  /** Why heaps could not be read, each reason once. */
  readonly unread = new Set<string>();
  /** The heaps of processes at their fatal signal, by process id. */
  readonly heaps = new Map<number, HeapAccount>();
  readonly #directory: string;

  /** `directory`: where the ledgers are. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  atExit({ pid, tid, threadPointer, stackPointer }: StandingThread): void {
    const registers = { fs_base: threadPointer, rsp: stackPointer };
    const { corruption, unread } = proveCorruption(pid, this.#directory, { tid, registers });
    this.corruption.push(...corruption);
    if (unread !== undefined) this.unread.add(unread);
  }

  atCrash({ pid, tid, threadPointer }: StandingThread): void {
    const heap = heapAtCrash(pid, this.#directory, { tid, registers: { fs_base: threadPointer } });
    if (heap) this.heaps.set(pid, heap);
  }
}
