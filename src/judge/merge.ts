import type { RawEvent } from './collect.ts';
import type { Draft } from './draft.ts';

/**
 * Findings of the same act at the same place become one, with the sum of their counts. Places are offsets in
 * modules, so that processes with other addresses agree.
 */
export function mergeDrafts(drafts: Iterable<Draft>): Draft[] {
  const merged = new Map<string, Draft>();
  for (const draft of [...drafts].sort((a, b) => a.order - b.order)) {
    const key = placeOf(draft);
    const first = merged.get(key);
    if (first) {
      first.count += draft.count;
      first.records = [...first.records, ...draft.records];
      if (draft.causes) first.causes ??= draft.causes;
    } else merged.set(key, { ...draft });
  }
  return [...merged.values()];
}

function placeOf({ code, worlds, detail, birth, death, block }: Draft): string {
  const facts = [code, worlds.allocated, worlds.released, detail.act, detail.where, detail.reason];
  const layouts = code === 'CF004' ? [detail.expected, detail.actual] : [];
  // Without any stack nothing but the block tells two acts apart.
  const unknown = birth || death ? undefined : block.address;
  return JSON.stringify([facts, layouts, sites(birth), sites(death), unknown]);
}

function sites(event: RawEvent | undefined): string[] {
  if (!event) return [];
  const frames = event.frames.map(({ address, module }) =>
    module ? `${module.path}+${address - module.base}` : 'unknown',
  );
  return [String(event.function), ...frames];
}
