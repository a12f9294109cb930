import { Elf } from '../../inspect/elf.ts';
import { ElfType, Pheader } from '../../inspect/elf-constants.ts';
import { FileBytes, OutOfBounds } from '../../inspect/file-bytes.ts';
import { NoEvidence } from '../read-evidence.ts';

/** A stretch of the process's memory, as the core lists it. */
export interface CoreSegment {
  start: bigint;
  end: bigint;
  /** So many bytes from `start` on stand in the core, at `offset` of its file; the others were not dumped. */
  dumped: bigint;
  offset: number;
  /** As in /proc/PID/maps: `rw-p`. */
  permissions: string;
}

/** More of the notes is not looked at: each thread needs some three kilobytes. */
const MOST_NOTES = 64 << 20;

/** An ELF core file (x86-64), of which nothing is read before it is asked for. */
export class CoreFile {
  /** In the order of their addresses. */
  readonly segments: CoreSegment[];
  /** The file ends before what its headers announce. */
  readonly truncated: boolean;
  readonly #bytes: FileBytes;
  readonly #notes: { offset: number; fileSize: number }[];

  /** Throws NoEvidence for what is no core of this kind of machine. */
  static open(path: string): CoreFile {
    let elf: Elf | undefined;
    try {
      elf = Elf.open(path);
      if (elf?.type !== ElfType.core) throw new NoEvidence('it is no core dump');
      if (elf.class !== 64 || elf.machine !== 'x86-64') {
        const size = elf.class === 32 ? ' (32-bit)' : '';
        throw new NoEvidence(`it is a core dump of ${elf.machine}${size}, which crossfree does not read`);
      }
      return new CoreFile(path, elf);
    } catch (error) {
      if (error instanceof OutOfBounds)
        throw new NoEvidence(`it is a core dump, but broken: ${error.message}`);
      throw error;
    } finally {
      elf?.close();
    }
  }

  private constructor(path: string, elf: Elf) {
    const loads = elf.segments.filter(
      // an address that no program of user space has is none of ours: the kernel's vsyscall page
      ({ type, virtualAddress, memorySize }) =>
        type === Pheader.load && memorySize > 0 && virtualAddress + memorySize < 2 ** 47,
    );
    const segments = loads.map((load): CoreSegment => {
      const start = BigInt(load.virtualAddress);
      const flags = load.flags;
      return {
        start,
        end: start + BigInt(load.memorySize),
        dumped: BigInt(Math.min(load.fileSize, load.memorySize)),
        offset: load.offset,
        permissions: `${flags & 4 ? 'r' : '-'}${flags & 2 ? 'w' : '-'}${flags & 1 ? 'x' : '-'}p`,
      };
    });
    segments.sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
    // what overlaps what stands before it is a lie
    this.segments = segments.filter(
      (one, index) => index === 0 || (segments[index - 1]?.end ?? 0n) <= one.start,
    );
    this.#notes = elf.segments.filter(({ type }) => type === Pheader.note);
    this.#bytes = new FileBytes(path);
    this.truncated = elf.segments.some(({ offset, fileSize }) => offset + fileSize > this.#bytes.size);
  }

  close(): void {
    this.#bytes.close();
  }

  /** The notes, as far as the file has them. */
  notes(): Buffer[] {
    return this.#notes.map(({ offset, fileSize }) => {
      if (offset >= this.#bytes.size) return Buffer.alloc(0);
      return bufferOf(this.#bytes.readUpTo(offset, Math.min(fileSize, MOST_NOTES)));
    });
  }

  /** The segment that an address lies in. */
  segmentAt(address: bigint): CoreSegment | undefined {
    let low = 0;
    let high = this.segments.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.segments[middle] as CoreSegment).start <= address) low = middle + 1;
      else high = middle;
    }
    const found = this.segments[low - 1];
    return found && address < found.end ? found : undefined;
  }

  /** Up to `length` bytes from `address` on, as many as one segment has in the file; undefined for none. */
  readUpTo(address: bigint, length: number): Buffer | undefined {
    const segment = this.segmentAt(address);
    if (!segment) return undefined;
    const left = Number(segment.start + segment.dumped - address);
    if (left <= 0) return undefined;
    try {
      const at = segment.offset + Number(address - segment.start);
      return bufferOf(this.#bytes.read(at, Math.min(left, length)));
    } catch (error) {
      if (error instanceof OutOfBounds) return undefined; // the core was cut off
      throw error;
    }
  }
}

function bufferOf(view: DataView): Buffer {
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength);
}
