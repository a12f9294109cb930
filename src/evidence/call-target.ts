import { Elf } from '../inspect/elf.ts';
import { FileBytes } from '../inspect/file-bytes.ts';

/**
 * What the instruction before a return address calls. `symbol`: through the module's table of addresses that
 * the loader fills in, by the name of what it fills in. `local`: a function of the module itself. `register`:
 * through a register. `unknown`: no call that we can read.
 */
export type CallTarget =
  | { kind: 'symbol'; name: string }
  | { kind: 'local'; address: number }
  | { kind: 'register' }
  | { kind: 'unknown' };

const SECTION_RELA = 4;
/** R_X86_64_64, GLOB_DAT, JUMP_SLOT: the loader writes a symbol's address there. */
const SYMBOL_RELOCATIONS = new Set([1, 6, 7]);
const LONGEST_CALL = 6;
const LONGEST_STUB = 16;
const UNKNOWN: CallTarget = { kind: 'unknown' };

/** Reads calls in the machine code (x86-64) of one module's file. */
export class CallReader {
  readonly #file: FileBytes;
  readonly #segments: Elf['segments'];
  readonly #slots: Map<number, string>;
  readonly #stubs: { address: number; size: number }[];

  /** Undefined when the file cannot be read or is none for x86-64. */
  static open(path: string): CallReader | undefined {
    let elf: Elf | undefined;
    let file: FileBytes | undefined;
    try {
      elf = Elf.open(path);
      if (elf?.machine !== 'x86-64' || elf.class !== 64) return undefined;
      file = new FileBytes(path);
      return new CallReader(file, elf);
    } catch {
      file?.close();
      return undefined;
    } finally {
      elf?.close();
    }
  }

  private constructor(file: FileBytes, elf: Elf) {
    this.#file = file;
    this.#segments = elf.segments.filter((segment) => segment.type === 1);
    this.#slots = readSlots(file, elf);
    this.#stubs = elf.sections().filter(({ name }) => /^\.plt(\.|$)/.test(name));
  }

  close(): void {
    this.#file.close();
  }

  /** What is called by the instruction that ends right before `returnAddress`, as the ELF file counts. */
  targetBefore(returnAddress: number): CallTarget {
    const code = this.#read(returnAddress - LONGEST_CALL, LONGEST_CALL);
    if (!code) return UNKNOWN;
    if (code[0] === 0xff && code[1] === 0x15) {
      const name = this.#slots.get(returnAddress + code.readInt32LE(2));
      if (name !== undefined) return { kind: 'symbol', name };
    }
    if (code[1] === 0xe8) {
      const target = returnAddress + code.readInt32LE(2);
      const name = this.#stubAt(target);
      if (name !== undefined) return { kind: 'symbol', name };
      if (this.#read(target, 1)) return { kind: 'local', address: target };
    }
    if (code[4] === 0xff && ((code[5] ?? 0) & 0xf8) === 0xd0) return { kind: 'register' };
    return UNKNOWN;
  }

  /**
   * The return addresses of all calls between `start` and `end` that call the same, in the same way, as the one
   * before `returnAddress`; none where that one calls through a register or cannot be read.
   */
  sameCalls(start: number, end: number, returnAddress: number): number[] {
    const code = this.#read(start, end - start);
    const at = returnAddress - start;
    if (!code || at < LONGEST_CALL || at > code.length) return [];
    const target = (place: number) => start + place + code.readInt32LE(place - 4);
    const direct = (place: number) => code[place - 5] === 0xe8;
    const indirect = (place: number) => code[place - 6] === 0xff && code[place - 5] === 0x15;
    // any byte may look like the start of a call, but not by chance like one of this very target
    const alike = indirect(at) ? indirect : direct(at) ? direct : undefined;
    if (!alike) return [];
    const wanted = target(at);
    const places: number[] = [];
    for (let place = LONGEST_CALL; place <= code.length; place++)
      if (alike(place) && target(place) === wanted) places.push(start + place);
    return places;
  }

  /**
   * The function that a stub of the procedure linkage table jumps to. Elsewhere the same jump is the end of a
   * function, or all of it: of a Rust one that does nothing but release, say.
   */
  #stubAt(address: number): string | undefined {
    if (!this.#stubs.some((table) => address >= table.address && address < table.address + table.size))
      return undefined;
    const code = this.#read(address, LONGEST_STUB);
    if (!code) return undefined;
    let at = code.readUInt32LE(0) === 0xfa1e0ff3 ? 4 : 0; // endbr64
    if (code[at] === 0xf2) at++; // bnd
    if (code[at] !== 0xff || code[at + 1] !== 0x25) return undefined;
    return this.#slots.get(address + at + 6 + code.readInt32LE(at + 2));
  }

  #read(address: number, length: number): Buffer | undefined {
    const segment = this.#segments.find(
      ({ virtualAddress, fileSize }) =>
        address >= virtualAddress && address + length <= virtualAddress + fileSize,
    );
    if (!segment) return undefined;
    try {
      const view = this.#file.read(segment.offset + address - segment.virtualAddress, length);
      return Buffer.from(view.buffer, view.byteOffset, view.byteLength);
    } catch {
      return undefined;
    }
  }
}

/** Where the loader writes the address of which symbol. */
function readSlots(file: FileBytes, elf: Elf): Map<number, string> {
  const slots = new Map<number, string>();
  const names: string[] = [];
  for (const symbol of elf.symbols('dynsym')) names.push(symbol.name);
  for (const section of elf.sections()) {
    if (section.type !== SECTION_RELA || section.entrySize !== 24) continue;
    const view = file.read(section.offset, section.size, section.name);
    for (let at = 0; at + 24 <= view.byteLength; at += 24) {
      const name = names[view.getUint32(at + 12, true)];
      if (!SYMBOL_RELOCATIONS.has(view.getUint32(at + 8, true)) || !name) continue;
      if (view.getBigInt64(at + 16, true) !== 0n) continue;
      slots.set(Number(view.getBigUint64(at, true)), name);
    }
  }
  return slots;
}
