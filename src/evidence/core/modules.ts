import { statSync } from 'node:fs';
import { Elf } from '../../inspect/elf.ts';
import { ElfType, Pheader } from '../../inspect/elf-constants.ts';
import { buildIdIn } from '../../inspect/elf-notes.ts';
import type { MemoryReader } from '../heap/memory.ts';
import type { MappedFile } from './notes.ts';

/** A program header, as it stands in a module's memory. */
export interface ModuleHeader {
  type: number;
  flags: number;
  /** As the ELF file counts. */
  address: bigint;
  offset: bigint;
  fileSize: bigint;
  memorySize: bigint;
}

/** An ELF file that the process had mapped. */
export interface Module {
  path: string;
  /** Where to look for it on disk: another path where the user named one. */
  file: string;
  start: bigint;
  end: bigint;
  /** Add it to an address as the ELF file counts to get one of the process. */
  base: bigint;
  headers: ModuleHeader[];
  /** Hexadecimal digits; absent where the module has none, or its notes were not dumped. */
  buildId?: string;
  /** The same of the file on disk. */
  fileBuildId?: string;
  /**
   * The file on disk, beside what was mapped. `unchecked`: it is there, but nothing in the core tells whether
   * it is the same.
   */
  onDisk: 'same' | 'other' | 'absent' | 'unchecked';
}

const HEADER_SIZE = 56;
const MOST_HEADERS = 64;
const LONGEST_NOTES = 1 << 16;
const MOST_MODULES = 8192;
/** No module is larger. */
const FARTHEST = 1n << 36n;

/**
 * The ELF files among the mapped files. `memory` gives what the core itself holds; where that is nothing, the
 * file on disk is asked. `replaced` names another file for a path.
 */
export function readModules(
  files: readonly MappedFile[],
  memory: MemoryReader,
  replaced: ReadonlyMap<string, string>,
): Module[] {
  const modules: Module[] = [];
  for (const { path, start, offset } of files) {
    if (offset !== 0n || modules.length >= MOST_MODULES) continue;
    // a small module's data is mapped from its file's beginning too
    if (modules.some((one) => start >= one.start && start < one.end)) continue;
    const file = replaced.get(path) ?? path;
    const disk = onDisk(file);
    const headers = headersInMemory(memory, start) ?? disk?.headers;
    const place = headers && placeOf(headers, start);
    if (!place) continue;
    const buildId = buildIdInMemory(memory, headers, place.base);
    modules.push({
      ...{ path, file, start, ...place, headers },
      ...(buildId !== undefined && { buildId }),
      ...(disk?.buildId !== undefined && { fileBuildId: disk.buildId }),
      onDisk: !disk
        ? 'absent'
        : buildId === undefined
          ? 'unchecked'
          : disk.buildId === buildId
            ? 'same'
            : 'other',
    });
  }
  return modules;
}

/** A module that is no file: the kernel's own, by its address. */
export function moduleInMemory(memory: MemoryReader, start: bigint, name: string): Module | undefined {
  const headers = headersInMemory(memory, start);
  const place = headers && placeOf(headers, start);
  return place && { path: name, file: name, start, ...place, headers, onDisk: 'absent' };
}

function placeOf(headers: readonly ModuleHeader[], start: bigint): { base: bigint; end: bigint } | undefined {
  const loads = headers.filter(({ type }) => type === Pheader.load);
  const [lowest] = loads;
  if (!lowest) return undefined;
  const base = start - (lowest.address & ~0xfffn);
  const ends = loads.map(({ address, memorySize }) => base + address + memorySize);
  const end = ends.reduce((most, one) => (one > most && one < start + FARTHEST ? one : most), start);
  return { base, end: (end + 0xfffn) & ~0xfffn };
}

function headersInMemory(memory: MemoryReader, start: bigint): ModuleHeader[] | undefined {
  const head = memory.read(start, 64);
  if (head?.toString('latin1', 0, 5) !== '\x7fELF\x02') return undefined;
  const count = Math.min(head.readUInt16LE(56), MOST_HEADERS);
  const table = memory.read(start + head.readBigUInt64LE(32), count * HEADER_SIZE);
  if (!table || head.readUInt16LE(54) !== HEADER_SIZE) return undefined;
  return Array.from({ length: count }, (_, index) => {
    const at = index * HEADER_SIZE;
    return {
      type: table.readUInt32LE(at),
      flags: table.readUInt32LE(at + 4),
      offset: table.readBigUInt64LE(at + 8),
      address: table.readBigUInt64LE(at + 16),
      fileSize: table.readBigUInt64LE(at + 32),
      memorySize: table.readBigUInt64LE(at + 40),
    };
  });
}

function buildIdInMemory(
  memory: MemoryReader,
  headers: readonly ModuleHeader[],
  base: bigint,
): string | undefined {
  for (const { type, address, memorySize } of headers) {
    if (type !== Pheader.note || memorySize > LONGEST_NOTES) continue;
    const notes = memory.read(base + address, Number(memorySize));
    if (!notes) continue;
    const id = buildIdIn(new DataView(notes.buffer, notes.byteOffset, notes.length), true);
    if (id !== undefined) return id;
  }
  return undefined;
}

function onDisk(path: string): { buildId: string | undefined; headers: ModuleHeader[] } | undefined {
  if (!path.startsWith('/')) return undefined;
  let elf: Elf | undefined;
  try {
    if (!statSync(path).isFile()) return undefined;
    elf = Elf.open(path);
    if (elf?.class !== 64 || (elf.type !== ElfType.dynamic && elf.type !== ElfType.executable))
      return undefined;
    const headers = elf.segments.map((one) => ({
      type: one.type,
      flags: one.flags,
      address: BigInt(one.virtualAddress),
      offset: BigInt(one.offset),
      fileSize: BigInt(one.fileSize),
      memorySize: BigInt(one.memorySize),
    }));
    return { buildId: elf.buildId(), headers };
  } catch {
    return undefined;
  } finally {
    elf?.close();
  }
}
