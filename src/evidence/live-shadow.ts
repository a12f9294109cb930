import { Elf } from '../inspect/elf.ts';
import { Shadow } from '../ledger/shadow-layout.ts';
import type { MemoryImage } from './heap/memory.ts';
import { runtimeMapping } from './runtime-mapping.ts';

/** A start of a block, as the runtime inside of an observed process keeps it. */
export interface ShadowBlock {
  start: bigint;
  state: 'live' | 'released';
  /** By the ledger's numbers. */
  world: number;
  /** The site whose stack the ledger has; 0: none. */
  site: number;
  /** As requested. */
  size: number;
}

const WORD = 4;
const REGION = 1n << BigInt(Shadow.regionShift);
/** Words that are read at once on the way back to the start of a block. */
const STRIDE = 4096;
/** Bytes below an address in which the start of its block is looked for. */
const FARTHEST = 1n << 30n;
const PAYLOAD_BITS = 29;
const POINTER = 8n;

/** One of the shadow's layers: where its table of leaves is, and the bytes that a word stands for. */
interface Layer {
  top: bigint;
  granule: bigint;
  /** Whether a block may begin in the middle of a granule. */
  isSpaced: boolean;
}

/** A start of a block, with its words. */
interface Cell {
  start: bigint;
  words: Buffer;
}

/** Reads the shadow of an observed process; undefined where crossfree is not in it, or keeps no shadow. */
export function openShadow(
  image: MemoryImage,
): { blockAt(address: bigint): ShadowBlock | undefined } | undefined {
  const mapping = runtimeMapping(image.mappings);
  const symbols = mapping && objectSymbols(mapping.path, ['layers', 'site_chunks', 'site_layouts']);
  const places = symbols?.get('layers');
  const chunks = symbols?.get('site_chunks');
  const layouts = symbols?.get('site_layouts');
  if (mapping === undefined || places === undefined || chunks === undefined || layouts === undefined)
    return undefined;
  const pointer = (address: bigint) => image.read(address, 8)?.readBigUInt64LE() ?? 0n;
  const layers = [Shadow.spacedShift, Shadow.plainShift].map((shift, index): Layer => {
    const top = pointer(mapping.start + BigInt(places + index * Shadow.layerBytes));
    return { top, granule: 1n << BigInt(shift), isSpaced: shift === Shadow.spacedShift };
  });
  if (layers.some(({ top }) => top === 0n)) return undefined;
  const sites = new Sites(image, mapping.start + BigInt(chunks), pointer(mapping.start + BigInt(layouts)));
  return {
    blockAt(address) {
      const [nearest] = layers
        .flatMap((layer) => findStart(image, layer, address) ?? [])
        .sort((one, other) => (one.start < other.start ? 1 : -1));
      return nearest && blockOf(nearest, sites);
    },
  };
}

/** The values of data symbols that are not exported. */
function objectSymbols(path: string, names: readonly string[]): Map<string, number> {
  const elf = Elf.open(path);
  try {
    const found = new Map<string, number>();
    for (const { name, value } of elf?.symbols('symtab') ?? [])
      if (names.includes(name)) found.set(name, value);
    return found;
  } finally {
    elf?.close();
  }
}

/** Goes back word by word to the first that is a start. */
function findStart(image: MemoryImage, { top, granule, isSpaced }: Layer, address: bigint): Cell | undefined {
  const lowest = address > FARTHEST ? address - FARTHEST : 0n;
  let at = address - (address % granule);
  while (at >= lowest) {
    const region = at - (at % REGION);
    const leaf = image.read(top + (at / REGION) * POINTER, 8)?.readBigUInt64LE() ?? 0n;
    if (leaf === 0n) {
      at = region - granule;
      continue;
    }
    const index = Number((at - region) / granule);
    const from = Math.max(0, index - STRIDE + 1);
    const words = image.read(leaf + BigInt(from * WORD), (index - from + 1) * WORD);
    for (let word = index - from; words && word >= 0; word--) {
      const first = words.readUInt32LE(word * WORD);
      if ((first & Shadow.state) === 0) continue;
      const half = isSpaced && (first & Shadow.upper) !== 0 ? granule / 2n : 0n;
      const start = region + BigInt(from + word) * granule + half;
      if (start > address) continue;
      const cell = image.read(leaf + BigInt((from + word) * WORD), 4 * WORD);
      return cell && { start, words: cell };
    }
    at = region + BigInt(from) * granule - granule;
  }
  return undefined;
}

/** What the runtime knows of the numbers of sites. */
class Sites {
  constructor(
    readonly image: MemoryImage,
    readonly chunks: bigint,
    readonly layouts: bigint,
  ) {}

  /** Where it was born: of a released block the number stands for the birth and the release. */
  birth(site: number, isFreed: boolean): number {
    const of = this.field(site, Shadow.siteOfAt);
    return isFreed && of >>> Shadow.siteReleaseBit === 1 ? of & this.numbers : site;
  }

  /** The site that the stack is recorded for. */
  recorded(site: number): number {
    return this.field(site, Shadow.siteOfAt) & this.numbers;
  }

  /** The second word of its narrow blocks. */
  layout(site: number): number {
    return this.image.read(this.layouts + BigInt(site * WORD), WORD)?.readUInt32LE() ?? 0;
  }

  private readonly numbers = 2 ** (32 - Shadow.siteShift) - 1;

  private field(site: number, offset: number): number {
    if (site < Shadow.firstSite) return 0;
    const chunk = this.image.read(this.chunks + BigInt(site >>> Shadow.siteChunkLog2) * POINTER, 8);
    const at = (site & (2 ** Shadow.siteChunkLog2 - 1)) * Shadow.siteBytes + offset;
    return (chunk && this.image.read(chunk.readBigUInt64LE() + BigInt(at), WORD))?.readUInt32LE() ?? 0;
  }
}

function blockOf({ start, words }: Cell, sites: Sites): ShadowBlock {
  const first = words.readUInt32LE(0);
  const isFreed = (first & Shadow.state) === Shadow.freed;
  const site = sites.birth(first >>> Shadow.siteShift, isFreed);
  return {
    start,
    state: isFreed ? 'released' : 'live',
    world: (first >>> Shadow.worldShift) & 63,
    site: sites.recorded(site),
    size: (first & Shadow.narrow) !== 0 ? sites.layout(site) >>> Shadow.sizeShift : sizeOf(words),
  };
}

function sizeOf(words: Buffer): number {
  const size = words.readUInt32LE(WORD) >>> Shadow.sizeShift;
  if (size !== Shadow.sizeBig) return size;
  const low = words.readUInt32LE(2 * WORD) >>> Shadow.payloadShift;
  const high = words.readUInt32LE(3 * WORD) >>> Shadow.payloadShift;
  return low + high * 2 ** PAYLOAD_BITS;
}
