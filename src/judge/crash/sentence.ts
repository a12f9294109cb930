import type { PointedBlock } from '../../model/index.ts';
import { giver } from '../party.ts';

/** `rdi points 8 bytes into a released 100-byte block from C malloc`; without a full stop. */
export function pointedSentence({ block, world, state, pointers, offset, birth }: PointedBlock): string {
  const who = pointers[0] ?? 'something';
  const size = block.size === undefined ? '' : `${block.size}-byte `;
  const from = world === undefined && !birth?.via ? '' : ` from ${giver(world, birth?.via)}`;
  const what = `a ${STATES[state]} ${size}block${from}`;
  const beyond = block.size === undefined ? -1 : offset - block.size;
  if (offset === 0) return `${who} points at the start of ${what}`;
  if (beyond >= 0)
    return `${who} points ${beyond === 0 ? 'just' : `${beyond} bytes`} past the end of ${what}`;
  return `${who} points ${offset} bytes into ${what}`;
}

const STATES = { live: 'live', freed: 'released', passing: 'half released' } as const;

/** Where the fault was, or what had been released: the rest is every block that a register happens to hold. */
export function isTelling({ pointers, state }: PointedBlock): boolean {
  const [first = ''] = pointers;
  return (
    first.startsWith('the fault') || (state !== 'live' && first !== '' && !first.startsWith('the stack'))
  );
}
