import type { Mapping } from './heap/memory.ts';

const LIBRARY = /\/libcrossfree\.so$/;

/** Where crossfree's runtime lies in a process; undefined: the process is not observed by it. */
export function runtimeMapping(mappings: readonly Mapping[]): Mapping | undefined {
  return mappings.find(({ path, offset }) => LIBRARY.test(path) && offset === 0n);
}
