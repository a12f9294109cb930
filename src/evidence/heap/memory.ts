/**
 * Where bytes of a process's memory come from: a live process, a core, a crash record. Nothing is
 * guessed: what cannot be read is absent.
 */
export interface MemoryReader {
  /** All `length` bytes from `address` on, or undefined where any of them cannot be read. */
  read(address: bigint, length: number): Buffer | undefined;
}

/** One mapping of an address space, `start` inclusive, `end` exclusive. */
export interface Mapping {
  start: bigint;
  end: bigint;
  /** As in /proc/PID/maps: `rw-p`. */
  permissions: string;
  /** The file's path, `[heap]`, `[stack]`, …; empty for anonymous memory. */
  path: string;
  /** Offset in the file, bytes. */
  offset: bigint;
}

/** Registers by the names that gdb gives them: `rip`, `rsp`, `fs_base`, … */
export type Registers = Record<string, bigint>;

export interface ThreadState {
  tid: number;
  registers: Registers;
}

/** A process's memory and what is known of its layout. */
export interface MemoryImage extends MemoryReader {
  /** In the order of their addresses. */
  mappings: Mapping[];
  /** Empty where nobody could ask the threads. */
  threads: ThreadState[];
}

/** The mapping that holds an address. */
export function mappingAt(mappings: readonly Mapping[], address: bigint): Mapping | undefined {
  let low = 0;
  let high = mappings.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((mappings[middle] as Mapping).start <= address) low = middle + 1;
    else high = middle;
  }
  const found = mappings[low - 1];
  return found && address < found.end ? found : undefined;
}

/**
 * The end of the memory that goes on without a gap from the mapping of an address: what a forked child gets by
 * sbrk lies behind its inherited heap as a mapping of its own.
 */
export function endOfStretch(mappings: readonly Mapping[], first: Mapping): bigint {
  let { end } = first;
  for (const next of mappings.slice(mappings.indexOf(first) + 1)) {
    if (next.start !== end || next.path !== first.path || next.permissions !== first.permissions) break;
    end = next.end;
  }
  return end;
}

/** Memory of which only some pieces are known, as in a crash record. */
export function memoryOfPieces(pieces: readonly { address: bigint; bytes: Buffer }[]): MemoryReader {
  const sorted = [...pieces].sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0));
  return {
    read(address, length) {
      const parts: Buffer[] = [];
      let at = address;
      const end = address + BigInt(length);
      for (const { address: start, bytes } of sorted) {
        if (at >= end) break;
        const from = at - start;
        if (from < 0n) return undefined; // a hole before this piece
        if (from >= BigInt(bytes.length)) continue;
        const part = bytes.subarray(Number(from), Number(from) + Number(end - at));
        parts.push(part);
        at += BigInt(part.length);
      }
      if (at < end) return undefined;
      return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
    },
  };
}
