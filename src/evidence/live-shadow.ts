import { Elf } from '../inspect/elf.ts';
import { Shadow } from '../ledger/shadow-layout.ts';
import type { MemoryImage } from './heap/memory.ts';

/** A start of a block, as the runtime inside of an observed process keeps it. */
export interface ShadowBlock {
  start: bigint;
  state: 'live' | 'released';
  /** By the ledger's numbers. */
  world: number;
  site: number;
  /** As requested; absent where it is not kept. */
  size?: number;
}

const LIBRARY = /\/libcrossfree\.so$/;
const GRANULE = 16n;
const WORD = 4;
const REGION = 1n << BigInt(Shadow.regionShift);
/** Words that are read at once on the way back to the start of a block. */
const STRIDE = 4096;
/** Bytes below an address in which the start of its block is looked for. */
const FARTHEST = 1n << 30n;
const PAYLOAD_BITS = 29;

/** Reads the shadow of an observed process; undefined where crossfree is not in it, or keeps no shadow. */
export function openShadow(
  image: MemoryImage,
): { blockAt(address: bigint): ShadowBlock | undefined } | undefined {
  const mapping = image.mappings.find(({ path, offset }) => LIBRARY.test(path) && offset === 0n);
  const symbol = mapping && objectSymbol(mapping.path, 'shadow_top');
  if (mapping === undefined || symbol === undefined) return undefined;
  const word = (address: bigint) => image.read(address, 8)?.readBigUInt64LE() ?? 0n;
  const top = word(mapping.start + BigInt(symbol));
  if (top === 0n) return undefined;
  const leafOf = (address: bigint) => word(top + (address >> BigInt(Shadow.regionShift)) * 8n);
  return { blockAt: (address) => findBlock(image, leafOf, address) };
}

/** The value of a data symbol that is not exported. */
function objectSymbol(path: string, name: string): number | undefined {
  const elf = Elf.open(path);
  try {
    for (const symbol of elf?.symbols('symtab') ?? []) if (symbol.name === name) return symbol.value;
    return undefined;
  } finally {
    elf?.close();
  }
}

/** Goes back word by word to the first that is a start. */
function findBlock(
  image: MemoryImage,
  leafOf: (address: bigint) => bigint,
  address: bigint,
): ShadowBlock | undefined {
  const lowest = address > FARTHEST ? address - FARTHEST : 0n;
  let granule = address - (address % GRANULE);
  while (granule >= lowest) {
    const leaf = leafOf(granule);
    const region = granule - (granule % REGION);
    if (leaf !== 0n) {
      const index = Number((granule - region) / GRANULE);
      const from = Math.max(0, index - STRIDE + 1);
      const words = image.read(leaf + BigInt(from * WORD), (index - from + 1) * WORD);
      for (let at = index - from; words && at >= 0; at--) {
        const first = words.readUInt32LE(at * WORD);
        if ((first & Shadow.state) === 0) continue;
        const start = region + BigInt(from + at) * GRANULE;
        const cell = image.read(leaf + BigInt((from + at) * WORD), 4 * WORD);
        return cell && blockOf(start, cell);
      }
      granule = region + BigInt(from) * GRANULE - GRANULE;
    } else granule = region - GRANULE;
  }
  return undefined;
}

function blockOf(start: bigint, cell: Buffer): ShadowBlock {
  const first = cell.readUInt32LE(0);
  const size = sizeOf(first, cell);
  return {
    start,
    state: (first & Shadow.state) === Shadow.freed ? 'released' : 'live',
    world: (first >>> Shadow.worldShift) & 63,
    site: first >>> Shadow.siteShift,
    ...(size !== undefined && { size }),
  };
}

function sizeOf(first: number, cell: Buffer): number | undefined {
  const second = cell.readUInt32LE(WORD);
  const isFreed = (first & Shadow.state) === Shadow.freed;
  // a live packed block has but one word; its size is part of its site
  if ((first & Shadow.packed) !== 0) return isFreed ? (second >>> 3) & 63 : undefined;
  const size = second >>> Shadow.sizeShift;
  if (size !== Shadow.sizeBig) return size;
  if (isFreed) return undefined;
  const low = cell.readUInt32LE(2 * WORD) >>> Shadow.payloadShift;
  const high = cell.readUInt32LE(3 * WORD) >>> Shadow.payloadShift;
  return low + high * 2 ** PAYLOAD_BITS;
}
