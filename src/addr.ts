import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { callAddress, namedFrames, type PlacedAddress } from './evidence/frames.ts';
import { flagsOf, hex, usableOf, userOf } from './evidence/heap/glibc/chunk.ts';
import { neighbourhood, readGlibcHeap } from './evidence/heap/glibc/heap.ts';
import { mmappedChunk } from './evidence/heap/glibc/mmapped.ts';
import { LiveMemory } from './evidence/heap/live-memory.ts';
import { mappingAt } from './evidence/heap/memory.ts';
import { openShadow } from './evidence/live-shadow.ts';
import { walkOf } from './evidence/page-walk.ts';
import { Symbolizer } from './evidence/symbolizer.ts';
import { collect, worldOf } from './judge/collect.ts';
import { WorldNames } from './judge/world-names.ts';
import { moduleAt } from './ledger/process-state.ts';
import { readLedgers } from './ledger/read.ts';
import { Shadow } from './ledger/shadow-layout.ts';
import type { Addr, AddressBlock } from './model/index.ts';

/** Decodes an address alone. */
export function decodeAddress(address: bigint): Addr {
  return {
    schema: 'crossfree/addr@1',
    address: hex(address),
    walks: [walkOf(address, 4), walkOf(address, 5)],
  };
}

/**
 * Decodes an address of a live process: the mapping and the block that it lies in. The process is not
 * stopped. Throws the system's error where its memory cannot be read.
 */
export async function decodeIn(address: bigint, pid: number): Promise<Addr> {
  const memory = new LiveMemory(pid, threadsOf(pid));
  try {
    const mapping = mappingAt(memory.mappings, address);
    const notes: string[] = [];
    const blocks = mapping
      ? [await observedBlock(memory, address, notes), glibcBlock(memory, address, notes)]
      : [];
    return {
      ...decodeAddress(address),
      pid,
      mapping: mapping
        ? {
            start: hex(mapping.start),
            end: hex(mapping.end),
            permissions: mapping.permissions,
            offset: hex(mapping.offset + address - mapping.start),
            name: mapping.path,
          }
        : null,
      blocks: blocks.filter((block) => block !== undefined),
      notes,
    };
  } finally {
    memory.close();
  }
}

/** Without their registers: that would take to stop them. */
function threadsOf(pid: number): { tid: number; registers: Record<string, bigint> }[] {
  return readdirSync(`/proc/${pid}/task`).map((tid) => ({ tid: Number(tid), registers: {} }));
}

/** What the runtime in the process says, with the call stack from its ledger. */
async function observedBlock(
  memory: LiveMemory,
  address: bigint,
  notes: string[],
): Promise<AddressBlock | undefined> {
  const shadow = openShadow(memory);
  if (shadow === undefined) return undefined;
  const found = shadow.blockAt(address);
  if (found === undefined) {
    notes.push('no block that crossfree has seen begins before it');
    return undefined;
  }
  const offset = Number(address - found.start);
  if (offset >= Math.max(found.size, 1)) {
    notes.push(
      `it lies ${offset - found.size} bytes behind the end of the nearest block that crossfree has seen, at ${hex(found.start)}`,
    );
    return undefined;
  }
  const { start, state, size, world, site } = found;
  const known = await fromLedger(memory, world, site);
  return { from: 'ledger', start: hex(start), size, offset, state, ...known };
}

/** The world's name and the birth's stack; the ledger is a file that the process has mapped. */
async function fromLedger(
  memory: LiveMemory,
  world: number,
  site: number,
): Promise<Pick<AddressBlock, 'world' | 'birth'>> {
  const ledger = memory.mappings.find(({ path }) => path.endsWith('.ledger'))?.path;
  if (ledger === undefined) return {};
  const { processes } = collect(readLedgers(dirname(ledger), 'anyone'));
  const found = processes.find(({ state }) => state.pid === memory.pid);
  if (found === undefined) return {};
  const name = new WorldNames(processes.map(({ state }) => state)).name(worldOf(found.state, world));
  const placed = site >= Shadow.firstSite ? found.state.stack(site) : undefined;
  const frames = (placed?.record.frames ?? []).map((frame): PlacedAddress => {
    const module = placed && moduleAt(placed.modules, frame - 1);
    return { address: frame, ...(module && { module }) };
  });
  const symbolizer = new Symbolizer();
  try {
    const symbols = await symbolizer.lookUp(frames.flatMap((frame) => callAddress(frame) ?? []));
    // blocks of one place share the stack of the first one
    const birth = { stack: namedFrames(frames, symbols), probable: true };
    return { ...(name !== undefined && { world: name }), ...(birth.stack.length > 0 && { birth }) };
  } finally {
    symbolizer.close();
  }
}

/** What glibc's own words say. */
function glibcBlock(memory: LiveMemory, address: bigint, notes: string[]): AddressBlock | undefined {
  const reading = readGlibcHeap(memory);
  if ('absent' in reading) {
    notes.push(`glibc's heap: ${reading.absent}`);
    return undefined;
  }
  const near = neighbourhood(reading.heap, address, 0);
  const chunk = near?.chunks[near.index] ?? mappedAround(memory, address);
  if (!chunk || chunk.state === 'top' || chunk.state === 'fencepost') return undefined;
  const start = userOf(chunk);
  const isUsed = chunk.state === 'used' || chunk.state === 'mmapped' || chunk.state === 'tcache-struct';
  if (address < start)
    notes.push('it lies in the words that glibc keeps before a block, or in the end of the block before');
  return {
    from: 'glibc',
    start: hex(start),
    size: Number(usableOf(chunk)),
    offset: Number(address - start),
    state: isUsed ? 'live' : 'free',
    chunk: {
      address: hex(chunk.address),
      size: Number(chunk.size),
      flags: flagsOf(chunk.sizeField),
      state: chunk.state,
    },
  };
}

/** A block that is a mapping of its own begins 16 bytes behind a page. */
function mappedAround(memory: LiveMemory, address: bigint) {
  const mapping = mappingAt(memory.mappings, address);
  if (mapping?.path !== '') return undefined;
  for (
    let page = address & ~0xfffn, tries = 0;
    page >= mapping.start && tries < 65_536;
    page -= 0x1000n, tries++
  ) {
    const chunk = mmappedChunk(memory, page + 16n);
    if (chunk) return address < chunk.address + chunk.size ? chunk : undefined;
  }
  return undefined;
}
