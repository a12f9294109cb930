import { existsSync } from 'node:fs';
import { findLibrary } from '../../setup/presence.js';
import { OWN_ALLOCATORS, ownAllocator } from './allocators.ts';
import { type Captured, capture } from './capture.ts';

/** An allocator that stands behind malloc when its library is preloaded, without anything of ours beside. */
export interface BareAllocator {
  name: string;
  /** What is preloaded; absent for the allocator of the C library. */
  library?: string;
  /** One of the lab's own: simple, and not meant for many blocks. */
  own?: true;
}

const SHARED: Readonly<Record<string, readonly string[]>> = {
  jemalloc: ['libjemalloc.so.2'],
  mimalloc: ['libmimalloc.so.3', 'libmimalloc.so.2'],
  tcmalloc: ['libtcmalloc_minimal.so.4', 'libtcmalloc.so.4'],
};
/** Every allocator that this machine has, glibc first. */
export function bareAllocators(): BareAllocator[] {
  const shared = Object.entries(SHARED).flatMap(([name, files]) => {
    const library = files.map(findLibrary).find((path) => path !== undefined);
    return library === undefined ? [] : [{ name, library }];
  });
  // without `insane`: where one block serves for all, no program keeps what it measured
  const own = OWN_ALLOCATORS.map((name) => ({
    name,
    library: ownAllocator(name),
    own: true as const,
  })).filter(({ library }) => existsSync(library));
  return [{ name: 'glibc' }, ...shared, ...own];
}

/** Runs a program on an allocator, with nothing else preloaded. */
export function runOn(
  { library }: BareAllocator,
  command: readonly [string, ...string[]],
  options: { directory: string; env?: NodeJS.ProcessEnv; timeoutMs?: number },
): Promise<Captured> {
  const { directory, env = {}, timeoutMs = 60_000 } = options;
  return capture(command, {
    cwd: directory,
    env: { ...env, LD_PRELOAD: library ?? '' },
    timeoutMs,
  });
}
