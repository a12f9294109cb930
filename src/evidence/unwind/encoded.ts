/** A place in bytes that stand at `address` of a process; every read is checked. Throws RangeError outside. */
export class ByteCursor {
  readonly bytes: Buffer;
  readonly address: bigint;
  at: number;

  constructor(bytes: Buffer, address: bigint, at = 0) {
    this.bytes = bytes;
    this.address = address;
    this.at = at;
  }

  get done(): boolean {
    return this.at >= this.bytes.length;
  }

  u8(): number {
    return this.bytes.readUInt8(this.#take(1));
  }

  u16(): number {
    return this.bytes.readUInt16LE(this.#take(2));
  }

  u32(): number {
    return this.bytes.readUInt32LE(this.#take(4));
  }

  u64(): bigint {
    return this.bytes.readBigUInt64LE(this.#take(8));
  }

  /** DWARF's numbers of any length. */
  uleb(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.u8();
      value |= BigInt(byte & 127) << shift;
      if ((byte & 128) === 0) return value;
    }
    throw new RangeError('a number of more than 64 bits');
  }

  sleb(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; ) {
      const byte = this.u8();
      value |= BigInt(byte & 127) << shift;
      shift += 7n;
      if ((byte & 128) === 0) return byte & 64 ? value - (1n << shift) : value;
    }
    throw new RangeError('a number of more than 64 bits');
  }

  block(length: number): Buffer {
    const at = this.#take(length);
    return this.bytes.subarray(at, at + length);
  }

  /**
   * A pointer in one of DWARF's encodings (DW_EH_PE_*); `base` is what `datarel` counts from. An indirect one
   * is the address of the pointer: who needs what it points to reads it there.
   */
  pointer(encoding: number, base: bigint): bigint {
    const here = this.address + BigInt(this.at);
    const value = this.#value(encoding & 15);
    const relative = encoding & 0x70;
    if (relative === 0x10) return BigInt.asUintN(64, value + here);
    if (relative === 0x30) return BigInt.asUintN(64, value + base);
    if (relative !== 0) throw new RangeError(`a pointer in the encoding ${encoding}`);
    return BigInt.asUintN(64, value);
  }

  #value(form: number): bigint {
    switch (form) {
      case 0:
      case 4:
        return this.u64();
      case 1:
        return this.uleb();
      case 2:
        return BigInt(this.u16());
      case 3:
        return BigInt(this.u32());
      case 9:
        return this.sleb();
      case 10:
        return BigInt.asIntN(16, BigInt(this.u16()));
      case 11:
        return BigInt.asIntN(32, BigInt(this.u32()));
      case 12:
        return BigInt.asIntN(64, this.u64());
      default:
        throw new RangeError(`a number in the form ${form}`);
    }
  }

  #take(length: number): number {
    const at = this.at;
    if (length < 0 || at + length > this.bytes.length) throw new RangeError('beyond the end');
    this.at += length;
    return at;
  }
}
