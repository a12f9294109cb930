import type { HeapAccount } from '../../../model/index.ts';
import type { AllocatorAccount, FoundPlace } from '../account.ts';
import { type MemoryImage, mappingAt } from '../memory.ts';
import type { Pointer } from '../pointers.ts';
import { memoryAround } from './around.ts';
import { type Chunk, HEADER, hex, isFree, usableOf, userOf } from './chunk.ts';
import type { Damage } from './damage.ts';
import { type GlibcHeap, neighbourhood, readGlibcHeap } from './heap.ts';
import { Limit } from './limit.ts';
import { mmappedChunk } from './mmapped.ts';

/** Of a heap with more chunks, those near the pointers are kept, and the others only looked at. */
const MOST_CHUNKS = 250_000;
/** More of them are the consequence of the first. */
const MOST_DAMAGES = 16;

/** glibc's heap around some pointers; undefined where there is none. Of one that is not known only that is told. */
export function glibcAccount(image: MemoryImage, pointers: readonly Pointer[]): AllocatorAccount | undefined {
  const limit = new Limit(
    MOST_CHUNKS,
    pointers.map(({ value }) => value),
  );
  const reading = readGlibcHeap(image, { limit });
  if ('unknown' in reading)
    return { name: 'glibc', placeOf: () => undefined, corruption: [], notes: [reading.absent] };
  if ('absent' in reading) return undefined;
  const { heap } = reading;
  const notes = [...heap.notes];
  if (heap.damages.length > 0 && heap.arenas.some(({ locked }) => locked))
    notes.push('a thread was inside the allocator: what does not add up there may be half-done');
  return {
    name: `glibc${heap.version === undefined ? '' : ` ${heap.version}`}`,
    placeOf: (address) => placeOf(image, heap, address),
    corruption: heap.damages.slice(0, MOST_DAMAGES).map((damage) => corruptionOf(image, heap, damage)),
    notes,
  };
}

function placeOf(image: MemoryImage, heap: GlibcHeap, address: bigint): FoundPlace | undefined {
  const found = neighbourhood(heap, address, 0);
  const chunk = found?.chunks[found.index] ?? ownMapping(image, address);
  if (!chunk || chunk.state === 'fencepost' || chunk.state === 'tcache-struct') return undefined;
  if (address < userOf(chunk)) return undefined; // its header belongs to nobody's block
  // a chunk whose damaged size reaches into other memory says nothing of that
  if (chunk.address < (mappingAt(image.mappings, address)?.start ?? 0n)) return undefined;
  const state = isFree(chunk) ? 'free' : 'used';
  const where = whereOf(chunk);
  return {
    allocator: 'glibc',
    block: { address: hex(userOf(chunk)), size: Number(usableOf(chunk)) },
    state,
    offset: Number(address - userOf(chunk)),
    ...(where !== undefined && { where }),
  };
}

function ownMapping(image: MemoryImage, address: bigint): Chunk | undefined {
  const mapping = mappingAt(image.mappings, address);
  const isAnonymous = mapping?.path === '' && mapping.permissions.startsWith('rw');
  return isAnonymous ? mmappedChunk(image, mapping.start + HEADER) : undefined;
}

function whereOf({ state, bin }: Chunk): string | undefined {
  switch (state) {
    case 'tcache':
      return 'in the tcache';
    case 'fastbin':
      return 'in a fastbin';
    case 'unsorted':
      return 'in the unsorted bin';
    case 'small':
    case 'large':
      return `in the ${state} bin ${bin}`;
    case 'lost':
      return 'in no list';
    case 'top':
      return 'the unused rest of the heap';
    case 'mmapped':
      return 'a mapping of its own';
    default:
      return undefined;
  }
}

const OVERWRITTEN: ReadonlySet<Damage['kind']> = new Set([
  ...([
    'size-zero',
    'size-misaligned',
    'size-too-small',
    'size-too-big',
    'mmapped-flag',
    'arena-flag',
  ] as const),
  ...(['prev-size', 'prev-inuse', 'free-in-no-list', 'top-size'] as const),
]);

function corruptionOf(
  image: MemoryImage,
  heap: GlibcHeap,
  damage: Damage,
): HeapAccount['corruption'][number] {
  const { kind, address, chunk, what, message, thread } = damage;
  const found = textAt(image, address);
  const around = memoryAround(image, damage);
  const before = OVERWRITTEN.has(kind) ? blockBefore(heap, address) : undefined;
  return {
    allocator: 'glibc',
    kind,
    address: hex(address),
    ...(chunk !== undefined && { chunk: hex(chunk) }),
    what,
    ...(message !== undefined && { message }),
    pid: thread ?? image.threads[0]?.tid ?? 0,
    ...(before && { before: { address: hex(userOf(before)), size: Number(usableOf(before)) } }),
    ...(found !== undefined && { found }),
    ...(around && { around }),
  };
}

/** The chunk whose memory ends at the damaged word; its owner may use the word before the size field too. */
function blockBefore(heap: GlibcHeap, address: bigint): Chunk | undefined {
  for (const distance of [HEADER, HEADER + 8n]) {
    const near = neighbourhood(heap, address - distance, 0);
    const chunk = near?.chunks[near.index];
    const end = chunk && chunk.address + chunk.size;
    if (chunk && end !== undefined && end <= address && address <= end + 8n && chunk.state !== 'fencepost')
      return chunk;
  }
  return undefined;
}

/** What stands there, where it is text: then somebody wrote a string over it. */
function textAt(image: MemoryImage, address: bigint): string | undefined {
  const bytes = image.read(address, 8);
  const text = bytes?.toString('latin1').replace(/\0+$/, '');
  return text !== undefined && text.length >= 3 && /^[\x20-\x7e]+$/.test(text) ? text : undefined;
}
