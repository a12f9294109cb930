import type { Experiment } from './experiment.ts';
import { experiment as afterFree } from './experiments/after-free.ts';
import { experiment as allocatorBasics } from './experiments/allocator-basics.ts';
import { experiment as allocatorMatrix } from './experiments/allocator-matrix.ts';
import { experiment as autopsy } from './experiments/autopsy.ts';
import { experiment as cFreesRust } from './experiments/c-frees-rust.ts';
import { experiment as cdylibAVsB } from './experiments/cdylib-a-vs-b.ts';
import { experiment as chunkHeader } from './experiments/chunk-header.ts';
import { experiment as cppVsC } from './experiments/cpp-vs-c.ts';
import { experiment as doubleFree } from './experiments/double-free.ts';
import { experiment as exitCodes } from './experiments/exit-codes.ts';
import { experiment as falseSharing } from './experiments/false-sharing.ts';
import { experiment as ffiPitfalls } from './experiments/ffi-pitfalls.ts';
import { experiment as forget } from './experiments/forget.ts';
import { experiment as fragmentation } from './experiments/fragmentation.ts';
import { experiment as fromRawParts } from './experiments/from-raw-parts.ts';
import { experiment as guardPages } from './experiments/guard-pages.ts';
import { experiment as insaneHello } from './experiments/insane-hello.ts';
import { experiment as invalidFree } from './experiments/invalid-free.ts';
import { experiment as memoryLatency } from './experiments/memory-latency.ts';
import { experiment as metadataCorruption } from './experiments/metadata-corruption.ts';
import { experiment as newVsDeleteArray } from './experiments/new-vs-delete-array.ts';
import { experiment as overlap } from './experiments/overlap.ts';
import { experiment as pageWalk } from './experiments/page-walk.ts';
import { experiment as pamConversation } from './experiments/pam-conversation.ts';
import { experiment as preloadTrace } from './experiments/preload-trace.ts';
import { experiment as reallocAcrossWorlds } from './experiments/realloc-across-worlds.ts';
import { experiment as rustFreesC } from './experiments/rust-frees-c.ts';
import { experiment as sanitizers } from './experiments/sanitizers.ts';
import { experiment as sizeClasses } from './experiments/size-classes.ts';
import { experiment as stackAndHeap } from './experiments/stack-and-heap.ts';
import { experiment as strerror } from './experiments/strerror.ts';
import { experiment as switchAllocator } from './experiments/switch-allocator.ts';
import { experiment as tcache } from './experiments/tcache.ts';
import { experiment as threeFaults } from './experiments/three-faults.ts';
import { experiment as throughput } from './experiments/throughput.ts';

/** Every experiment, in the order in which the lab shows them. One file each, named by its id. */
export const CATALOGUE: readonly Experiment[] = [
  threeFaults,
  exitCodes,
  rustFreesC,
  pageWalk,
  cFreesRust,
  cppVsC,
  newVsDeleteArray,
  reallocAcrossWorlds,
  cdylibAVsB,
  doubleFree,
  invalidFree,
  strerror,
  allocatorBasics,
  allocatorMatrix,
  pamConversation,
  memoryLatency,
  falseSharing,
  throughput,
  preloadTrace,
  insaneHello,
  fromRawParts,
  chunkHeader,
  sizeClasses,
  afterFree,
  tcache,
  fragmentation,
  sanitizers,
  metadataCorruption,
  overlap,
  guardPages,
  switchAllocator,
  forget,
  ffiPitfalls,
  stackAndHeap,
  autopsy,
];

/**
 * About the machine and the inside of allocators, not about who owns a block. They run when they are named, or when
 * everything is asked for: a lab without options is to be read on one screen.
 */
const ABOUT_THE_MACHINE: readonly Experiment[] = [
  pageWalk,
  memoryLatency,
  falseSharing,
  throughput,
  chunkHeader,
  sizeClasses,
  afterFree,
  tcache,
  fragmentation,
  stackAndHeap,
];

/** What a lab runs of which nobody says more. */
export const USUAL: readonly Experiment[] = CATALOGUE.filter((one) => !ABOUT_THE_MACHINE.includes(one));

/** Those of `ids` that name no experiment. */
export function unknownIds(ids: readonly string[], catalogue = CATALOGUE): string[] {
  return ids.filter((id) => !catalogue.some((experiment) => experiment.id === id));
}

/** The experiments of these ids, each once and in the catalogue's order; all of them for no ids. */
export function selectExperiments(ids: readonly string[], catalogue = CATALOGUE): readonly Experiment[] {
  return ids.length === 0 ? catalogue : catalogue.filter(({ id }) => ids.includes(id));
}
