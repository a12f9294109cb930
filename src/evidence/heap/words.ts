import type { MemoryReader } from './memory.ts';

const WINDOW = 1 << 16;
const PAGE = 4096;
const MOST_WINDOWS = 256;

/** Reads single words through windows, so that a walk over a heap costs few reads. */
export class Words {
  readonly #memory: MemoryReader;
  readonly #windows = new Map<bigint, Buffer | undefined>();
  #lastStart = -1n;
  #last: Buffer | undefined;

  constructor(memory: MemoryReader) {
    this.#memory = memory;
  }

  /** The 64-bit word at `address`, or undefined where it cannot be read. */
  word(address: bigint): bigint | undefined {
    if (address < 0n || address >= 1n << 64n) return undefined;
    const at = Number(address & 0xffffn);
    if (at > WINDOW - 8) return this.bytes(address, 8)?.readBigUInt64LE(0);
    const window = this.#window(address - BigInt(at));
    if (window && at + 8 <= window.length) return window.readBigUInt64LE(at);
    // behind a hole in the window other memory may follow
    return this.#memory.read(address, 8)?.readBigUInt64LE(0);
  }

  /** The 32-bit word at `address`. */
  half(address: bigint): number | undefined {
    return this.bytes(address, 4)?.readUInt32LE(0);
  }

  bytes(address: bigint, length: number): Buffer | undefined {
    if (address < 0n || address + BigInt(length) > 1n << 64n) return undefined;
    return this.#memory.read(address, length);
  }

  /** A whole window, or its readable beginning in pages; undefined when its first page is not readable. */
  #window(start: bigint): Buffer | undefined {
    if (start === this.#lastStart) return this.#last;
    let window = this.#windows.get(start);
    if (!window && !this.#windows.has(start)) {
      window = this.#memory.read(start, WINDOW) ?? this.#beginning(start);
      if (this.#windows.size >= MOST_WINDOWS) this.#windows.clear();
      this.#windows.set(start, window);
    }
    this.#lastStart = start;
    this.#last = window;
    return window;
  }

  #beginning(start: bigint): Buffer | undefined {
    let low = 0;
    let high = WINDOW / PAGE;
    let found: Buffer | undefined;
    while (low + 1 < high) {
      const middle = (low + high) >> 1;
      const bytes = this.#memory.read(start, middle * PAGE);
      if (bytes) [found, low] = [bytes, middle];
      else high = middle;
    }
    return found;
  }
}
