import type { AllocatorAccount, FoundPlace } from '../account.ts';
import type { MemoryImage } from '../memory.ts';
import { Words } from '../words.ts';
import { type Page, pageOf, type Segment, segmentOf } from './segment.ts';

const LIBRARY = /\/libmimalloc[-.\w]*\.so\.2/;
/** Behind the heap's own tables, of which the sizes depend on how it was built. */
const DELAYED_FROM = 2048;
const DELAYED_TO = 4096;

/** mimalloc's view of addresses; undefined where the process has no mimalloc 2 as a shared object. */
export function mimallocAccount(image: MemoryImage): AllocatorAccount | undefined {
  if (!image.mappings.some(({ path }) => LIBRARY.test(path))) return undefined;
  const words = new Words(image);
  const free = new FreeBlocks(words);
  return {
    name: 'mimalloc 2.0',
    placeOf: (address) => {
      const segment = segmentOf(image, address);
      const page = segment && pageOf(segment, address);
      return page && placeOf(segment, page, address, free);
    },
    corruption: [],
    notes: [],
  };
}

function placeOf(segment: Segment, page: Page, address: bigint, free: FreeBlocks): FoundPlace | undefined {
  if (address < page.start) return undefined;
  const index = Number((address - page.start) / page.blockSize);
  if (index >= page.reserved) return undefined; // what is left of the page
  const start = page.start + BigInt(index) * page.blockSize;
  const list = index >= page.capacity ? 'never handed out yet' : free.listOf(segment, page, start);
  const kind = segment.isHuge ? 'a segment of its own' : `block ${index} of a page of ${page.reserved}`;
  return {
    allocator: 'mimalloc',
    block: { address: `0x${start.toString(16)}`, size: Number(page.blockSize) },
    state: list === undefined ? 'used' : 'free',
    offset: Number(address - start),
    where: list === undefined ? kind : `${kind}, ${list}`,
  };
}

/** Which blocks of a page lie in which list. */
class FreeBlocks {
  readonly #words: Words;
  readonly #pages = new Map<bigint, Map<bigint, string>>();
  readonly #heaps = new Map<bigint, Set<bigint>>();

  constructor(words: Words) {
    this.#words = words;
  }

  listOf(segment: Segment, page: Page, block: bigint): string | undefined {
    let known = this.#pages.get(page.start);
    if (!known) {
      known = new Map();
      const lists: [bigint, string][] = [
        [page.lists.free, "in the page's free list"],
        [page.lists.local, "in the page's list of blocks that its thread released"],
        [page.lists.others, "in the page's list of blocks that other threads released"],
      ];
      for (const [head, name] of lists)
        for (const one of this.#follow(head, page.capacity)) if (!known.has(one)) known.set(one, name);
      this.#pages.set(page.start, known);
    }
    const list = known.get(block);
    if (list !== undefined) return list;
    return this.#delayed(page.heap, segment.thread).has(block)
      ? "in its heap's list of blocks that other threads released"
      : undefined;
  }

  /** The blocks of full pages that other threads released; the word behind its head is the heap's thread. */
  #delayed(heap: bigint, thread: bigint): Set<bigint> {
    let known = this.#heaps.get(heap);
    if (known) return known;
    known = new Set();
    this.#heaps.set(heap, known);
    if (heap === 0n || thread === 0n) return known;
    for (let at = DELAYED_FROM; at < DELAYED_TO; at += 8) {
      if (this.#words.word(heap + BigInt(at + 8)) !== thread) continue;
      for (const block of this.#follow(this.#words.word(heap + BigInt(at)) ?? 0n, 1 << 20)) known.add(block);
      break;
    }
    return known;
  }

  *#follow(head: bigint, most: number): Generator<bigint> {
    let at = head;
    for (let count = 0; count < most && at !== 0n && (at & 7n) === 0n; count++) {
      yield at;
      const next = this.#words.word(at);
      if (next === undefined) return;
      at = next;
    }
  }
}
