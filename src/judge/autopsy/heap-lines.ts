import type { HeapAccount, HeapPlace } from '../../model/index.ts';

/** The others are in the JSON. */
const MOST_PLACES = 3;
const MOST_DAMAGES = 3;

/** The heap at the moment of the crash: what pointed where, and what does not add up. */
export function heapLines(heap: HeapAccount | undefined): string[] {
  if (!heap) return [];
  const lines = heap.corruption.slice(0, MOST_DAMAGES).map(damageLine);
  const more = heap.corruption.length - MOST_DAMAGES;
  if (more > 0) lines.push(`${more} more places of the heap do not add up.`);
  // what is free and still pointed to tells more than what is in use
  const places = [...heap.places].sort((a, b) => Number(b.state === 'free') - Number(a.state === 'free'));
  lines.push(...places.slice(0, MOST_PLACES).map(placeLine));
  if (heap.corruption.length > 0)
    lines.push(...heap.notes.map((note) => `${note[0]?.toUpperCase()}${note.slice(1)}.`));
  return lines;
}

function damageLine({ allocator, kind, what, before, found }: HeapAccount['corruption'][number]): string {
  const text = found === undefined ? '' : ` What stands there is the text \`${found}\`.`;
  const suspect = before
    ? ` The block of ${before.size} bytes at ${before.address} ends right before it: a write past its end does this.`
    : '';
  return `${allocator}'s heap does not add up (${kind}): ${what}.${text}${suspect}`;
}

function placeLine({ pointers, address, allocator, block, state, offset, where }: HeapPlace): string {
  const who = pointers.slice(0, 3).join(', ');
  const inside = offset === 0 ? 'to' : `${offset} bytes into`;
  const what =
    state === 'free'
      ? `a block of ${block.size} bytes that is free`
      : `a block of ${block.size} bytes in use`;
  return `${who} (${address}) ${pointers.length > 1 ? 'point' : 'points'} ${inside} ${what} (${allocator}${where === undefined ? '' : `, ${where}`}).`;
}
