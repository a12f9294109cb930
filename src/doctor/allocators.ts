import { listAllocators } from '../plan/allocators.ts';
import type { Check } from './check.ts';

/** The allocators that an arrangement may name, each by its path or the line that brings it. */
export function checkAllocators(): Check[] {
  return listAllocators().map((allocator): Check => {
    if ('path' in allocator) {
      const title = `allocator ${allocator.name}`;
      return { id: `allocator-${allocator.name}`, title, state: 'ok', detail: allocator.path };
    }
    const { missing, install } = allocator;
    return {
      id: `allocator-${missing}`,
      title: `allocator ${missing}`,
      state: 'note',
      detail: 'no world can be put on it',
      remedy: install,
    };
  });
}
