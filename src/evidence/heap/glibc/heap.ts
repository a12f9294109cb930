import { runtimeMapping } from '../../runtime-mapping.ts';
import { type MemoryImage, mappingAt } from '../memory.ts';
import { Words } from '../words.ts';
import { type ArenaLists, type Bin, readBins } from './bins.ts';
import { type Chunk, HEADER, hex, sizeOf } from './chunk.ts';
import { checkEntries, checkNeighbours, type Holder } from './cross-check.ts';
import type { Damage } from './damage.ts';
import { findMainArena, findParameters, guessLayout, hasOtherForm, type Parameters } from './find-arena.ts';
import { findTcaches } from './find-tcaches.ts';
import {
  type GlibcLayout,
  HEAP_MAXIMUM,
  KNOWN_VERSIONS,
  layoutOf,
  libraries,
  versionOf,
  writableParts,
} from './layout.ts';
import { Limit } from './limit.ts';
import { mmappedChunk } from './mmapped.ts';
import {
  checkMainTop,
  type GlibcArena,
  heapRegions,
  mainRegions,
  type Region,
  readArenas,
} from './regions.ts';
import { checkKeys, readTcache, type Tcache } from './tcache.ts';
import { indexAt, type Walked, walkRegion } from './walk.ts';

export interface ArenaContent extends GlibcArena {
  /** All chunks by address, the top chunk included. */
  chunks: Chunk[];
  /** Stretches that could not be read as chunks. */
  unreadable: { start: bigint; end: bigint }[];
  bins: Bin[];
}

/** glibc's heap as it stands in a process's memory. */
export interface GlibcHeap {
  version?: string;
  layout: GlibcLayout;
  parameters?: Parameters;
  /** The main arena first. */
  arenas: ArenaContent[];
  tcaches: Tcache[];
  /** What does not add up; empty for a healthy heap that stood still. */
  damages: Damage[];
  /** What could not be told, and why. */
  notes: string[];
}

/** `unknown`: glibc stands there, but in a version or a form that is not known. */
export type HeapReading = { heap: GlibcHeap } | { absent: string; unknown?: true };

/**
 * Reads glibc's heap from outside; `absent` says why there is none to read. The process must stand still.
 * `limit`: of an enormous heap only so much is looked at. Without `guessTcaches` a tcache is only what its thread or its place says to be one.
 */
export function readGlibcHeap(
  image: MemoryImage,
  { guessTcaches = true, limit = new Limit() }: { guessTcaches?: boolean; limit?: Limit } = {},
): HeapReading {
  if (process.env.CROSSFREE_LIBC_INTERNALS === '0')
    return { absent: 'CROSSFREE_LIBC_INTERNALS=0 leaves the inside of the C library alone' };
  const [library, ...others] = libraries(image.mappings);
  if (!library)
    return { absent: 'the process has no C library of the GNU project that can be told by its name' };
  const version = versionOf(image, library);
  const parts = writableParts(image, library);
  const notes: string[] = [];
  let layout: GlibcLayout | undefined;
  if (version === undefined) {
    const { version: assumed, ...guessed } = guessLayout(image, parts);
    layout = guessed;
    notes.push(`the version of glibc is not known: the layout of ${assumed} is assumed`);
  } else layout = layoutOf(version);
  if (!layout)
    return { absent: `the heap of glibc ${version} is not known here: ${KNOWN_VERSIONS} are`, unknown: true };
  const main = findMainArena(image, parts, layout);
  if (main === undefined) return { absent: 'glibc has handed out no memory from its main heap' };
  if (hasOtherForm(image, main, layout))
    return { absent: `the heap of this glibc ${version} has not the form of that version`, unknown: true };
  if (others.length > 0) notes.push('there are several C libraries: only the first one is decoded');
  const words = new Words(image);
  const damages: Damage[] = [];
  const parameters = findParameters(image, parts, layout);
  if (!parameters) notes.push("glibc's parameters were not found: the main heap is taken to begin at [heap]");
  const arenas = readArenas(words, main, layout, damages);
  const heap = decode(image, words, layout, parameters, arenas, damages, notes, guessTcaches, limit);
  if (limit.reached) notes.push('the heap has too many chunks: not all of them were looked at');
  return { heap: { ...(version !== undefined && { version }), ...heap } };
}

function decode(
  image: MemoryImage,
  words: Words,
  layout: GlibcLayout,
  parameters: Parameters | undefined,
  arenas: GlibcArena[],
  damages: Damage[],
  notes: string[],
  guessTcaches: boolean,
  limit: Limit,
): Omit<GlibcHeap, 'version'> {
  const settings = parameters ?? ({ heapMaximum: HEAP_MAXIMUM } as Parameters);
  const walked = arenas.map((arena) => {
    const regions = arena.isMain
      ? mainRegions(image, arena, parameters?.sbrkBase)
      : heapRegions(words, arena, layout, settings, damages);
    if (arena.isMain) checkMainTop(image, words, arena, damages);
    if (arena.noncontiguous)
      notes.push('the main heap has pieces apart from each other: not all of them are known');
    return { arena, walks: regions.map((region) => walkRegion(image, words, region, arena, damages, limit)) };
  });
  const isHeap = rangeTest(
    image,
    walked,
    arenas.some(({ noncontiguous }) => noncontiguous),
  );
  const chunks = walked.flatMap(({ walks }) => walks.flatMap((walk) => walk.chunks));
  const fill = parameters?.tcacheCount ?? layout.tcache.fill;
  const isMapping = (address: bigint) => mmappedChunk(image, address) !== undefined;
  const firstChunk = walked[0]?.walks[0]?.chunks[0]?.address;
  const tcaches = findTcaches(words, chunks, firstChunk, image.threads, layout, fill)
    .filter(({ foundBy }) => guessTcaches || foundBy !== 'content')
    .map((found) => readTcache({ words, layout, fill, isHeap, isMapping, damages }, found));
  checkKeys(words, tcaches, layout, runtimeMapping(image.mappings) !== undefined, damages);
  const lists = arenas.map((arena) => readBins({ words, arena, layout, isHeap, damages, limit }));
  const held = holders(tcaches, lists, damages);
  checkEntries(
    walked.flatMap(({ walks }) => walks),
    held,
    damages,
  );
  const structures = new Set(tcaches.map(({ address }) => address - HEADER));
  const contents = walked.map(({ arena, walks }, index): ArenaContent => {
    const { bins, complete } = lists[index] as ArenaLists;
    for (const walk of walks) checkNeighbours(walk, arena, held, complete, damages);
    const all = walks.flatMap((walk) => walk.chunks);
    for (const chunk of all) if (structures.has(chunk.address)) chunk.state = 'tcache-struct';
    const field = arena.untouched ? undefined : words.word(arena.top + 8n);
    if (field !== undefined)
      all.push({
        address: arena.top,
        size: sizeOf(field),
        sizeField: field,
        prevSize: words.word(arena.top) ?? 0n,
        state: 'top',
      });
    all.sort((a, b) => (a.address < b.address ? -1 : 1));
    return { ...arena, chunks: all, unreadable: walks.flatMap((walk) => walk.unreadable), bins };
  });
  return { layout, ...(parameters && { parameters }), arenas: contents, tcaches, damages, notes };
}

function rangeTest(image: MemoryImage, walked: { walks: Walked[] }[], isLoose: boolean) {
  const ranges: Pick<Region, 'start' | 'end'>[] = walked.flatMap(({ walks }) => walks);
  return (address: bigint): boolean => {
    if (ranges.some(({ start, end }) => address >= start && address < end)) return true;
    if (!isLoose) return false;
    const mapping = mappingAt(image.mappings, address);
    return (
      mapping !== undefined &&
      `${mapping.permissions.slice(0, 2)}${mapping.path}`.match(/^rw(\[heap\])?$/) !== null
    );
  };
}

/** Which list holds each free chunk; one in two lists is damage. */
function holders(tcaches: Tcache[], lists: ArenaLists[], damages: Damage[]): Map<bigint, Holder> {
  const held = new Map<bigint, Holder>();
  const add = (address: bigint, holder: Holder): void => {
    const before = held.get(address);
    if (before) {
      damages.push({
        kind: 'double-entry',
        address,
        chunk: address,
        ...(holder.thread !== undefined && { thread: holder.thread }),
        what: `the chunk at ${hex(address)} is free twice: in a ${before.state} and in a ${holder.state}`,
      });
    }
    held.set(address, holder);
  };
  for (const { bins, thread } of tcaches) {
    for (const { index, entries } of bins)
      for (const entry of entries)
        add(entry - HEADER, { state: 'tcache', bin: index, ...(thread !== undefined && { thread }) });
  }
  for (const { bins } of lists)
    for (const { kind, index, chunks } of bins)
      for (const chunk of chunks) add(chunk, { state: kind, bin: index });
  return held;
}

/** What an address is to glibc: its chunk and up to `reach` chunks on either side. */
export function neighbourhood(
  heap: GlibcHeap,
  address: bigint,
  reach = 2,
): { arena: ArenaContent; chunks: Chunk[]; index: number } | undefined {
  for (const arena of heap.arenas) {
    const at = indexAt(arena.chunks, address);
    const chunk = arena.chunks[at];
    if (!chunk || address >= chunk.address + chunk.size) continue;
    const from = Math.max(0, at - reach);
    return { arena, chunks: arena.chunks.slice(from, at + reach + 1), index: at - from };
  }
  return undefined;
}
