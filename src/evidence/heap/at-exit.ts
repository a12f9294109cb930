import type { Inspector, StandingThread } from '../../ledger/answer.ts';
import type { Corruption, HeapAccount } from '../../model/index.ts';
import { heapAtCrash } from './at-crash.ts';
import { proveCorruption } from './proof.ts';

/** Looks at the heap of each observed process that stands still at its end or at its fatal signal. */
export class HeapInspector implements Inspector {
  readonly corruption: Corruption[] = [];
  /** The heaps of processes at their fatal signal, by process id. */
  readonly heaps = new Map<number, HeapAccount>();
  readonly #directory: string;

  /** `directory`: where the ledgers are. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  atExit({ pid, tid, threadPointer, stackPointer }: StandingThread): void {
    const registers = { fs_base: threadPointer, rsp: stackPointer };
    this.corruption.push(...proveCorruption(pid, this.#directory, { tid, registers }));
  }

  atCrash({ pid, tid, threadPointer }: StandingThread): void {
    const heap = heapAtCrash(pid, this.#directory, { tid, registers: { fs_base: threadPointer } });
    if (heap) this.heaps.set(pid, heap);
  }
}
