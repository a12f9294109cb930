import { allocatorLibrary } from '../plan/installation.ts';

/** The laboratory's own allocators that are correct, by name. */
export const OWN_ALLOCATORS = ['standard', 'debug', 'mmap', 'arena'] as const;

export type OwnAllocator = (typeof OWN_ALLOCATORS)[number];

/** The shared object of one of the laboratory's allocators, as a preload: absolute. */
export function ownAllocator(name: OwnAllocator | 'insane'): string {
  return allocatorLibrary(name);
}
