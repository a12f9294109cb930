import type { Arrangement } from '../../model/index.ts';

/** `rust=jemalloc, c=debug`; `as it is` where nothing is moved. */
export function arrangementText(moved: Readonly<Arrangement>): string {
  const pairs = Object.entries(moved).map(([world, allocator]) => `${world}=${allocator}`);
  return pairs.length === 0 ? 'as it is' : pairs.join(', ');
}
