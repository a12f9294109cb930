/** A core file as the kernel writes it, made by hand: what a test wants to be in it, and lies. */
export interface CoreParts {
  segments?: {
    start: bigint;
    size: bigint;
    bytes?: Buffer;
    flags?: number;
    fileSize?: bigint;
    offset?: bigint;
  }[];
  notes?: Buffer[];
  /** Instead of the number of segments; 0xffff with `sections` puts it where many are. */
  count?: number;
  machine?: number;
}

export function note(type: number, content: Buffer, name = 'CORE'): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt32LE(name.length + 1, 0);
  head.writeUInt32LE(content.length, 4);
  head.writeUInt32LE(type, 8);
  const pad = (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
  return Buffer.concat([head, pad(Buffer.from(`${name}\0`)), pad(content)]);
}

const REGISTERS_AT = 112;
const PLACES: Record<string, number> = { rbp: 4, rbx: 5, rax: 10, rdi: 14, rip: 16, rsp: 19, fs_base: 21 };

/** A thread: NT_PRSTATUS. */
export function threadNote(tid: number, signal: number, registers: Record<string, bigint>): Buffer {
  const content = Buffer.alloc(336);
  content.writeInt16LE(signal, 12);
  content.writeInt32LE(tid, 32);
  for (const [name, value] of Object.entries(registers))
    content.writeBigUInt64LE(value, REGISTERS_AT + (PLACES[name] ?? 0) * 8);
  return note(1, content);
}

/** NT_SIGINFO. */
export function signalNote(number: number, code: number, address: bigint): Buffer {
  const content = Buffer.alloc(128);
  content.writeInt32LE(number, 0);
  content.writeInt32LE(code, 8);
  content.writeBigUInt64LE(address, 16);
  return note(0x53494749, content);
}

/** NT_FILE; offsets in pages. */
export function filesNote(files: { start: bigint; end: bigint; page: bigint; path: string }[]): Buffer {
  const table = Buffer.alloc(16 + files.length * 24);
  table.writeBigUInt64LE(BigInt(files.length), 0);
  table.writeBigUInt64LE(4096n, 8);
  for (const [index, { start, end, page }] of files.entries()) {
    table.writeBigUInt64LE(start, 16 + index * 24);
    table.writeBigUInt64LE(end, 24 + index * 24);
    table.writeBigUInt64LE(page, 32 + index * 24);
  }
  return note(0x46494c45, Buffer.concat([table, Buffer.from(files.map(({ path }) => `${path}\0`).join(''))]));
}

/** The bytes up to the end of the last content; where a segment's content is left out, the file has a hole. */
export function coreFile({ segments = [], notes = [], count, machine = 62 }: CoreParts): Buffer {
  const many = segments.length + 1 >= 0xffff;
  const headersAt = 64 + (many ? 64 : 0);
  const head = Buffer.alloc(headersAt);
  head.write('\x7fELF\x02\x01\x01', 'latin1');
  head.writeUInt16LE(4, 16);
  head.writeUInt16LE(machine, 18);
  head.writeUInt32LE(1, 20);
  head.writeBigUInt64LE(BigInt(headersAt), 32);
  head.writeUInt16LE(64, 52);
  head.writeUInt16LE(56, 54);
  head.writeUInt16LE(count ?? (many ? 0xffff : segments.length + 1), 56);
  if (many) {
    head.writeBigUInt64LE(64n, 40);
    head.writeUInt16LE(64, 58);
    head.writeUInt16LE(1, 60);
    head.writeUInt32LE(segments.length + 1, 64 + 44);
  }
  const noted = Buffer.concat(notes);
  const headers = Buffer.alloc((segments.length + 1) * 56);
  let offset = headersAt + headers.length;
  const contents: Buffer[] = [noted];
  header(headers, 0, 4, 0, BigInt(offset), 0n, BigInt(noted.length), 0n);
  offset += noted.length;
  for (const [index, one] of segments.entries()) {
    const size = one.fileSize ?? BigInt(one.bytes?.length ?? 0);
    header(headers, index + 1, 1, one.flags ?? 6, one.offset ?? BigInt(offset), one.start, size, one.size);
    if (one.bytes) contents.push(one.bytes);
    offset += one.bytes?.length ?? 0;
  }
  return Buffer.concat([head, headers, ...contents]);
}

function header(
  into: Buffer,
  index: number,
  type: number,
  flags: number,
  offset: bigint,
  address: bigint,
  fileSize: bigint,
  memorySize: bigint,
): void {
  const at = index * 56;
  into.writeUInt32LE(type, at);
  into.writeUInt32LE(flags, at + 4);
  into.writeBigUInt64LE(offset, at + 8);
  into.writeBigUInt64LE(address, at + 16);
  into.writeBigUInt64LE(fileSize, at + 32);
  into.writeBigUInt64LE(memorySize, at + 40);
}
