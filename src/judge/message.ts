import type { Block, FindingDetail, FindingKind, World } from '../model/index.ts';
import { aBlock, bytes, giver, taker } from './party.ts';
import { fileName } from './world-names.ts';

export interface Told {
  kind: FindingKind;
  worlds: { allocated?: World; released?: World };
  block: Block;
  detail: FindingDetail;
  /** Shown names of the functions of birth and death. */
  birthVia?: string;
  deathVia?: string;
  /** The death was a reallocation. */
  reallocated: boolean;
}

/** One sentence that names both parties. */
export function sentence(told: Told): string {
  const { worlds, block, detail } = told;
  const from = giver(worlds.allocated, told.birthVia);
  const by = taker(worlds.released, told.deathVia);
  const act = told.reallocated ? 'reallocated' : 'released';
  switch (told.kind) {
    case 'cross-free':
      return `${aBlock(block.size)} from ${from} was ${act} by ${by}`;
    case 'double-free':
      return `${aBlock(block.size)} from ${from} was ${act} by ${by} after it had been released`;
    case 'invalid-free':
      return `${by} was given ${place(told, from)}`;
    case 'layout-mismatch':
      return `${aBlock(block.size)} from ${from} was ${act} by ${by} as if it were ${stated(detail)}`;
    case 'two-owners': {
      const other = detail.other?.block.size;
      return `${giver(worlds.allocated, told.birthVia)} handed out ${aBlock(block.size)} that overlaps ${aBlock(other)} which is still live`;
    }
    default:
      return `${told.kind} of ${aBlock(block.size)} from ${from}`; // what other tools report has their words
  }
}

function place({ block, detail }: Told, from: string): string {
  switch (detail.where) {
    case 'interior':
      return `a pointer ${bytes(detail.offset ?? 0)} inside ${aBlock(block.size)} from ${from}`;
    case 'stack':
      return 'a pointer to a stack, which no allocator handed out';
    case 'static':
      return `a pointer to static data${detail.module ? ` of ${fileName(detail.module)}` : ''}, which no allocator handed out`;
    case 'mapped':
      return 'a pointer to mapped memory that no allocator handed out';
    case 'unmapped':
      return 'a pointer to where no memory is';
    default:
      return 'a pointer that no allocator handed out';
  }
}

function stated({ expected, actual }: FindingDetail): string {
  const size = actual?.size !== undefined && actual.size !== expected?.size;
  const alignment = actual?.alignment !== undefined && actual.alignment !== expected?.alignment;
  const parts: string[] = [];
  if (size) parts.push(bytes(actual.size ?? 0));
  if (alignment) {
    const instead = expected?.alignment === undefined ? '' : ` instead of ${expected.alignment}`;
    parts.push(`aligned to ${actual.alignment}${instead}`);
  }
  return parts.join(', ') || 'a block of another layout';
}
