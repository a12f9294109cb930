import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import type { Mapping, MemoryImage, ThreadState } from './memory.ts';

/** The memory of a running process, through /proc. It must stand still while one looks. */
export class LiveMemory implements MemoryImage {
  readonly pid: number;
  readonly mappings: Mapping[];
  readonly threads: ThreadState[];
  readonly #descriptor: number;

  /** Throws the system's error where the process is gone or belongs to somebody else. */
  constructor(pid: number, threads: ThreadState[] = []) {
    this.pid = pid;
    this.threads = threads;
    this.mappings = parseMaps(readFileSync(`/proc/${pid}/maps`, 'utf8'));
    this.#descriptor = openSync(`/proc/${pid}/mem`, 'r');
  }

  read(address: bigint, length: number): Buffer | undefined {
    const bytes = Buffer.allocUnsafe(length);
    let done = 0;
    try {
      while (done < length) {
        const got = readSync(this.#descriptor, bytes, done, length - done, address + BigInt(done));
        if (got <= 0) return undefined;
        done += got;
      }
    } catch {
      return undefined; // not mapped, or not readable
    }
    return bytes;
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

/** Reads the text of /proc/PID/maps; lines that are none are left out. */
export function parseMaps(text: string): Mapping[] {
  const mappings: Mapping[] = [];
  for (const line of text.split('\n')) {
    const parts = /^([0-9a-f]+)-([0-9a-f]+) (\S{4}) ([0-9a-f]+) \S+ \d+ *(.*)$/.exec(line);
    if (!parts) continue;
    const [, start, end, permissions = '', offset, path = ''] = parts;
    mappings.push({
      start: BigInt(`0x${start}`),
      end: BigInt(`0x${end}`),
      permissions,
      path,
      offset: BigInt(`0x${offset}`),
    });
  }
  return mappings;
}
