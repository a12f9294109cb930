import { DynamicTag, ElfType, machineName, Pheader, SectionType } from './elf-constants.ts';
import { buildIdIn } from './elf-notes.ts';
import { FileBytes, OutOfBounds } from './file-bytes.ts';

export interface Segment {
  type: number;
  offset: number;
  virtualAddress: number;
  fileSize: number;
  memorySize: number;
  /** PF_*: 1 execute, 2 write, 4 read. */
  flags: number;
}

export interface Section {
  name: string;
  type: number;
  flags: number;
  address: number;
  offset: number;
  size: number;
  link: number;
  entrySize: number;
}

export interface ElfSymbol {
  name: string;
  value: number;
  size: number;
  /** STT_*: 1 is an object, 2 a function. */
  type: number;
  /** Section index; 0: undefined here. */
  section: number;
}

const LARGEST_TEXT = 4096;
const MOST_HEADERS = 65_536;
/** A count of segments that does not fit into 16 bits stands in the first section's header. */
const MANY_SEGMENTS = 0xffff;
const MOST_SEGMENTS = 1 << 19;

/** Reads one ELF file of either class and byte order; every offset in it is checked against the file. */
export class Elf {
  readonly class: 32 | 64;
  readonly type: number;
  readonly machine: string;
  readonly #bytes: FileBytes;
  readonly #little: boolean;
  readonly #header: { segmentsAt: number; sectionsAt: number; sectionCount: number; namesIndex: number };
  readonly segments: Segment[];
  #sections: Section[] | undefined;

  /** The file's ELF reader, or undefined when it is not an ELF file. Throws OutOfBounds on a broken one. */
  static open(path: string): Elf | undefined {
    const bytes = new FileBytes(path);
    try {
      const start = bytes.readUpTo(0, 64);
      if (start.byteLength < 20 || start.getUint32(0) !== 0x7f454c46) {
        bytes.close();
        return undefined;
      }
      return new Elf(bytes, start);
    } catch (error) {
      bytes.close();
      throw error;
    }
  }

  private constructor(bytes: FileBytes, start: DataView) {
    this.#bytes = bytes;
    const elfClass = start.getUint8(4);
    const order = start.getUint8(5);
    if (elfClass !== 1 && elfClass !== 2) throw new OutOfBounds(`ELF class ${elfClass}`);
    if (order !== 1 && order !== 2) throw new OutOfBounds(`ELF byte order ${order}`);
    this.class = elfClass === 1 ? 32 : 64;
    this.#little = order === 1;
    if (start.byteLength < (this.class === 64 ? 64 : 52)) throw new OutOfBounds('the ELF header');
    this.type = start.getUint16(16, this.#little);
    this.machine = machineName(start.getUint16(18, this.#little));
    const at = this.class === 64 ? 54 : 42;
    const segmentCount = start.getUint16(at + 2, this.#little);
    const segmentSize = start.getUint16(at, this.#little);
    this.#header = {
      segmentsAt: this.#word(start, this.class === 64 ? 32 : 28),
      sectionsAt: this.#word(start, this.class === 64 ? 40 : 32),
      sectionCount: start.getUint16(at + 6, this.#little),
      namesIndex: start.getUint16(at + 8, this.#little),
    };
    this.segments = this.#readSegments(segmentCount, segmentSize);
  }

  close(): void {
    this.#bytes.close();
  }

  /** True for a program that the kernel starts without a loader. The loader itself is none of them. */
  isStatic(): boolean {
    return (
      this.interpreter() === undefined && this.type !== ElfType.relocatable && this.soname() === undefined
    );
  }

  /** Path of the program loader, e.g. `/lib64/ld-linux-x86-64.so.2`. */
  interpreter(): string | undefined {
    const segment = this.segments.find((candidate) => candidate.type === Pheader.interpreter);
    if (!segment) return undefined;
    return textAt(
      this.#bytes.read(segment.offset, Math.min(segment.fileSize, LARGEST_TEXT), 'the interpreter'),
      0,
    );
  }

  /** Names of the shared objects that it asks for. */
  needed(): string[] {
    return this.#dynamicTexts(DynamicTag.needed);
  }

  soname(): string | undefined {
    return this.#dynamicTexts(DynamicTag.soname)[0];
  }

  sections(): Section[] {
    this.#sections ??= this.#readSections();
    return this.#sections;
  }

  section(name: string): Section | undefined {
    return this.sections().find((section) => section.name === name);
  }

  /** The build id in hexadecimal digits. */
  buildId(): string | undefined {
    for (const segment of this.segments) {
      if (segment.type !== Pheader.note) continue;
      const id = this.#buildIdAt(segment.offset, segment.fileSize);
      if (id !== undefined) return id;
    }
    const section = this.section('.note.gnu.build-id');
    return section && this.#buildIdAt(section.offset, section.size);
  }

  #buildIdAt(offset: number, size: number): string | undefined {
    return buildIdIn(this.#bytes.read(offset, size, 'the notes'), this.#little);
  }

  /** What the compilers signed with: the texts of `.comment`. */
  compilers(): string[] {
    const section = this.section('.comment');
    if (!section || section.type === SectionType.noBits) return [];
    const view = this.#bytes.read(section.offset, Math.min(section.size, 65_536), '.comment');
    return decode(view)
      .split('\0')
      .filter((text) => text !== '');
  }

  hasDebugInfo(): boolean {
    return this.sections().some((section) => /^\.z?debug_info$/.test(section.name) && section.size > 0);
  }

  /** The symbols of `.symtab` or `.dynsym`; empty when there is no such table. */
  *symbols(table: 'symtab' | 'dynsym'): Generator<ElfSymbol> {
    const wanted = table === 'symtab' ? SectionType.symbols : SectionType.dynamicSymbols;
    const section = this.sections().find((candidate) => candidate.type === wanted);
    const names = section && this.sections()[section.link];
    if (!section || !names) return;
    const entry = this.class === 64 ? 24 : 16;
    const view = this.#bytes.read(section.offset, section.size, `the symbol table .${table}`);
    const texts = this.#bytes.read(names.offset, names.size, 'the symbol names');
    for (let at = 0; at + entry <= view.byteLength; at += entry) {
      const info = view.getUint8(at + (this.class === 64 ? 4 : 12));
      yield {
        name: textAt(texts, view.getUint32(at, this.#little)),
        value: this.#word(view, at + (this.class === 64 ? 8 : 4)),
        size: this.#word(view, at + (this.class === 64 ? 16 : 8)),
        type: info & 15,
        section: view.getUint16(at + (this.class === 64 ? 6 : 14), this.#little),
      };
    }
  }

  #word(view: DataView, at: number): number {
    if (this.class === 32) return view.getUint32(at, this.#little);
    const value = view.getBigUint64(at, this.#little);
    return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value);
  }

  #readSegments(count: number, entry: number): Segment[] {
    const wide = this.class === 64;
    if (count === 0) return [];
    if (entry < (wide ? 56 : 32)) throw new OutOfBounds('a program header');
    const total = count === MANY_SEGMENTS ? this.#manySegments() : count;
    if (total > MOST_SEGMENTS) throw new OutOfBounds('a program header');
    const view = this.#bytes.read(this.#header.segmentsAt, total * entry, 'the program headers');
    return Array.from({ length: total }, (_, index) => {
      const at = index * entry;
      return {
        type: view.getUint32(at, this.#little),
        offset: this.#word(view, at + (wide ? 8 : 4)),
        virtualAddress: this.#word(view, at + (wide ? 16 : 8)),
        fileSize: this.#word(view, at + (wide ? 32 : 16)),
        memorySize: this.#word(view, at + (wide ? 40 : 20)),
        flags: view.getUint32(at + (wide ? 4 : 24), this.#little),
      };
    });
  }

  #manySegments(): number {
    const { sectionsAt } = this.#header;
    if (sectionsAt === 0) return MANY_SEGMENTS;
    const wide = this.class === 64;
    const first = this.#bytes.read(sectionsAt, wide ? 64 : 40, 'the section headers');
    return first.getUint32(wide ? 44 : 28, this.#little);
  }

  #readSections(): Section[] {
    const { sectionsAt, namesIndex } = this.#header;
    const entry = this.class === 64 ? 64 : 40;
    if (sectionsAt === 0) return [];
    let count = this.#header.sectionCount;
    const first = this.#sectionAt(this.#bytes.read(sectionsAt, entry, 'the section headers'), 0);
    if (count === 0) count = first.size; // more than 65279 sections: the count moved there
    if (count > MOST_HEADERS * 16) throw new OutOfBounds('the section headers');
    const view = this.#bytes.read(sectionsAt, count * entry, 'the section headers');
    const sections = Array.from({ length: count }, (_, index) => this.#sectionAt(view, index * entry));
    const names = sections[namesIndex === 0xffff ? first.link : namesIndex];
    if (!names) return sections;
    const texts = this.#bytes.read(names.offset, names.size, 'the section names');
    for (const section of sections) section.name = textAt(texts, section.nameAt);
    return sections;
  }

  #sectionAt(view: DataView, at: number): Section & { nameAt: number } {
    const wide = this.class === 64;
    return {
      nameAt: view.getUint32(at, this.#little),
      name: '',
      type: view.getUint32(at + 4, this.#little),
      flags: this.#word(view, at + 8),
      address: this.#word(view, at + (wide ? 16 : 12)),
      offset: this.#word(view, at + (wide ? 24 : 16)),
      size: this.#word(view, at + (wide ? 32 : 20)),
      link: view.getUint32(at + (wide ? 40 : 24), this.#little),
      entrySize: this.#word(view, at + (wide ? 56 : 36)),
    };
  }

  #dynamicTexts(wanted: number): string[] {
    const dynamic = this.segments.find((segment) => segment.type === Pheader.dynamic);
    if (!dynamic) return [];
    const entry = this.class === 64 ? 16 : 8;
    const view = this.#bytes.read(dynamic.offset, dynamic.fileSize, 'the dynamic section');
    const offsets: number[] = [];
    let textsAt: number | undefined;
    let textsSize = 0;
    for (let at = 0; at + entry <= view.byteLength; at += entry) {
      const tag = this.#word(view, at);
      const value = this.#word(view, at + entry / 2);
      if (tag === DynamicTag.end) break;
      if (tag === wanted) offsets.push(value);
      if (tag === DynamicTag.stringTable) textsAt = this.#fileOffset(value);
      if (tag === DynamicTag.stringTableSize) textsSize = value;
    }
    if (textsAt === undefined || offsets.length === 0) return [];
    const texts = this.#bytes.read(textsAt, textsSize, 'the dynamic string table');
    return offsets.map((offset) => textAt(texts, offset));
  }

  #fileOffset(address: number): number | undefined {
    const segment = this.segments.find(
      (candidate) =>
        candidate.type === Pheader.load &&
        address >= candidate.virtualAddress &&
        address < candidate.virtualAddress + candidate.fileSize,
    );
    return segment && segment.offset + (address - segment.virtualAddress);
  }
}

/** The text that starts at `at` and ends before the next zero byte; empty when `at` is outside. */
function textAt(view: DataView, at: number): string {
  if (at >= view.byteLength) return '';
  const bytes = Buffer.from(view.buffer, at);
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, Math.min(end < 0 ? bytes.length : end, LARGEST_TEXT));
}

function decode(view: DataView): string {
  return Buffer.from(view.buffer).toString('utf8');
}
