/** Around an address that is asked for, so many bytes of chunks are kept in any case. */
const NEAR = 1n << 14n;

/** How much of a heap is kept in memory, and looked at. */
export class Limit {
  /** True once something was left out. */
  reached = false;
  #chunks: number;
  #entries: number;
  #steps: number;
  readonly #near: readonly bigint[];

  /** `chunks`: so many are kept, beside those near the addresses `near`; forty times as many are looked at. */
  constructor(chunks = Number.POSITIVE_INFINITY, near: readonly bigint[] = []) {
    this.#chunks = chunks;
    this.#entries = chunks;
    this.#steps = chunks * 40;
    this.#near = near;
  }

  /** Whether a chunk at `address` is to be kept. */
  keeps(address: bigint): boolean {
    if (this.#chunks-- > 0) return true;
    this.reached = true;
    return this.#near.some((one) => one > address - NEAR && one < address + NEAR);
  }

  /** Whether one more chunk is looked at. */
  goesOn(): boolean {
    if (this.#steps-- > 0) return true;
    this.reached = true;
    return false;
  }

  /** Whether one more entry of a free list is read. */
  takesEntry(): boolean {
    if (this.#entries-- > 0) return true;
    this.reached = true;
    return false;
  }
}
