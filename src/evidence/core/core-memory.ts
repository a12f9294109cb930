import { FileBytes } from '../../inspect/file-bytes.ts';
import { type Mapping, type MemoryImage, mappingAt, type ThreadState } from '../heap/memory.ts';
import type { CoreFile } from './core-file.ts';
import type { Module } from './modules.ts';
import type { MappedFile } from './notes.ts';

/**
 * The memory of a process as its core has it. What was not dumped because it is only a file's content is
 * read from that file, where it is the one that was mapped.
 */
export class CoreMemory implements MemoryImage {
  readonly mappings: Mapping[];
  readonly threads: ThreadState[];
  readonly #core: CoreFile;
  readonly #modules: readonly Module[];
  readonly #open = new Map<string, FileBytes | undefined>();

  constructor(
    core: CoreFile,
    files: readonly MappedFile[],
    modules: readonly Module[],
    threads: ThreadState[],
  ) {
    this.#core = core;
    this.#modules = modules;
    this.threads = threads;
    this.mappings = mappingsOf(core, files, modules);
  }

  read(address: bigint, length: number): Buffer | undefined {
    const parts: Buffer[] = [];
    for (let done = 0; done < length; ) {
      const at = address + BigInt(done);
      const part = this.#core.readUpTo(at, length - done) ?? this.#fromFile(at, length - done);
      if (!part || part.length === 0) return undefined;
      parts.push(part);
      done += part.length;
    }
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
  }

  close(): void {
    for (const file of this.#open.values()) file?.close();
    this.#core.close();
  }

  #fromFile(address: bigint, length: number): Buffer | undefined {
    const mapping = mappingAt(this.mappings, address);
    // what the program could write to may be different from what the file has
    if (!mapping?.path.startsWith('/') || mapping.permissions[1] === 'w') return undefined;
    const module = this.#modules.find(({ start, end }) => address >= start && address < end);
    if (module?.onDisk !== 'same' && module?.onDisk !== 'unchecked') return undefined;
    const file = this.#file(module.file);
    const offset = Number(address - mapping.start + mapping.offset);
    const most = Math.min(length, Number(mapping.end - address));
    if (!file || offset >= file.size) return undefined;
    try {
      const view = file.readUpTo(offset, most);
      return Buffer.from(view.buffer, view.byteOffset, view.byteLength);
    } catch {
      return undefined;
    }
  }

  #file(path: string): FileBytes | undefined {
    if (!this.#open.has(path)) {
      let file: FileBytes | undefined;
      try {
        file = new FileBytes(path);
      } catch {
        // not readable: then nothing is known
      }
      this.#open.set(path, file);
    }
    return this.#open.get(path);
  }
}

/** The segments with the names of what they were mapped from, and the files of which nothing was dumped. */
function mappingsOf(core: CoreFile, files: readonly MappedFile[], modules: readonly Module[]): Mapping[] {
  const sorted = [...files].sort((a, b) => (a.start < b.start ? -1 : 1));
  const known: Mapping[] = sorted.map(({ start, end, path, offset }) => ({
    ...{ start, end, path, offset, permissions: '' },
  }));
  const mappings: Mapping[] = core.segments.map(({ start, end, permissions }) => {
    const file = mappingAt(known, start);
    if (!file) return { start, end, permissions, path: '', offset: 0n };
    return { start, end, permissions, path: file.path, offset: file.offset + start - file.start };
  });
  const dumped = [...mappings];
  for (const file of known) {
    if (mappingAt(dumped, file.start)) continue;
    const module = modules.find(({ start, end }) => file.start >= start && file.start < end);
    const header = module?.headers.find(
      ({ type, offset, fileSize }) =>
        type === 1 && file.offset + 4096n > offset && file.offset < offset + fileSize,
    );
    const flags = header?.flags ?? 4;
    mappings.push({ ...file, permissions: `r${flags & 2 ? 'w' : '-'}${flags & 1 ? 'x' : '-'}p` });
  }
  return mappings.sort((a, b) => (a.start < b.start ? -1 : 1));
}
