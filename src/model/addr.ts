import type { Frame } from './finding.ts';
import type { World } from './world.ts';

/** What the processor takes from each part of an address, highest table first. */
export interface AddressWalk {
  /** Levels of page tables. */
  levels: 4 | 5;
  /** Whether the bits above the walk all equal its highest bit; others fault before any walk. */
  canonical: boolean;
  /** Present with five levels. */
  pml5?: number;
  pml4: number;
  pdpt: number;
  pd: number;
  pt: number;
  /** Within a page of 4 KiB. */
  offset: number;
}

export interface AddressMapping {
  start: string;
  end: string;
  permissions: string;
  /** Of the address in the mapped file. */
  offset: string;
  /** A file's path, a name of the kernel's such as `[heap]`, or empty. */
  name: string;
}

/** The block that an address lies in. */
export interface AddressBlock {
  /** `ledger`: the process is observed by crossfree. `glibc`: read from the heap's own words. */
  from: 'ledger' | 'glibc';
  start: string;
  /** Absent where it is not kept. As requested (`ledger`), or as usable (`glibc`). */
  size?: number;
  /** Of the address in the block. */
  offset: number;
  /** `free`: in a list of the allocator's. */
  state: 'live' | 'released' | 'free';
  world?: World;
  /** Where it was handed out; innermost first. */
  birth?: { stack: Frame[]; probable: boolean };
  /** What the allocator's own words say: the chunk's size and flags, and the list that holds it. */
  chunk?: { address: string; size: number; flags: string[]; state: string };
}

/** What `crossfree addr --json` writes. */
export interface Addr {
  schema: 'crossfree/addr@1';
  address: string;
  walks: AddressWalk[];
  /** Present with `--pid`. */
  pid?: number;
  /** null: nothing is mapped there. */
  mapping?: AddressMapping | null;
  /** Every account of the block; empty where it lies in none that could be found. */
  blocks?: AddressBlock[];
  /** Why there is no account, where there might be one. */
  notes?: string[];
}
