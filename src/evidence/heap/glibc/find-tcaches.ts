import type { ThreadState } from '../memory.ts';
import type { Words } from '../words.ts';
import { type Chunk, HEADER, sizeOf } from './chunk.ts';
import type { GlibcLayout, TcacheLayout } from './layout.ts';
import type { Tcache } from './tcache.ts';
import { binAt, tcacheBinOf } from './tcache-bins.ts';

/** Below the thread pointer lie the variables of the modules that the program started with. */
const THREAD_VARIABLES = 8192;
const MOST_WRONG = 4;

/** The tcaches of a process: by the threads' own variables, else by place and content. */
export function findTcaches(
  words: Words,
  chunks: readonly Chunk[],
  firstChunk: bigint | undefined,
  threads: readonly ThreadState[],
  { tcache: layout }: GlibcLayout,
  fill: bigint,
): Pick<Tcache, 'address' | 'thread' | 'foundBy'>[] {
  const candidates = new Map(
    chunks
      .filter(({ size, state }) => state === 'used' && size === layout.chunk)
      .map((chunk) => [chunk.address + HEADER, chunk]),
  );
  const found = new Map<bigint, Pick<Tcache, 'address' | 'thread' | 'foundBy'>>();
  for (const { tid, registers } of threads) {
    const pointer = registers.fs_base;
    if (pointer === undefined) continue;
    const address = namedByThread(words, pointer, candidates, layout, fill);
    if (address !== undefined && !found.has(address))
      found.set(address, { address, thread: tid, foundBy: 'thread' });
  }
  for (const address of candidates.keys()) {
    if (found.has(address)) continue;
    const isFirst = address - HEADER === firstChunk;
    const { right, wrong } = judgeContent(words, address, layout, fill);
    if (isFirst && wrong <= MOST_WRONG) found.set(address, { address, foundBy: 'first' });
    else if (right > 0 && wrong === 0) found.set(address, { address, foundBy: 'content' });
  }
  return [...found.values()];
}

/** The nearest variable below the thread pointer that points to a chunk that can be a tcache. */
function namedByThread(
  words: Words,
  pointer: bigint,
  candidates: ReadonlyMap<bigint, Chunk>,
  layout: TcacheLayout,
  fill: bigint,
): bigint | undefined {
  for (let at = pointer - 8n; at > pointer - BigInt(THREAD_VARIABLES); at -= 8n) {
    const value = words.word(at);
    if (value === undefined) return undefined;
    if (candidates.has(value) && judgeContent(words, value, layout, fill).wrong <= MOST_WRONG) return value;
  }
  return undefined;
}

/** How many bins hold a block of their size, and how many contradict themselves. */
function judgeContent(
  words: Words,
  address: bigint,
  layout: TcacheLayout,
  fill: bigint,
): { right: number; wrong: number } {
  let right = 0;
  let wrong = 0;
  for (let index = 0; index < layout.bins; index++) {
    const { count, first } = binAt(words, address, index, layout, fill);
    if (count === 0 && first === 0n) continue;
    const size = first & 15n ? undefined : words.word(first - 8n);
    if (count > 0 && size !== undefined && tcacheBinOf(sizeOf(size), layout) === index) right++;
    else wrong++;
  }
  return { right, wrong };
}
