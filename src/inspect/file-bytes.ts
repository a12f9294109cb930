import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** No single structure that we read from a file is larger than this, whatever its header claims. */
const LARGEST_READ = 256 * 1024 * 1024;

/** A read that the file's own size or our bound does not allow: the file lies about itself. */
export class OutOfBounds extends Error {
  constructor(what: string) {
    super(`${what} lies outside of the file`);
    this.name = 'OutOfBounds';
  }
}

/** Random access to a file through its descriptor; nothing is read before it is asked for. */
export class FileBytes {
  readonly size: number;
  readonly #descriptor: number;

  constructor(path: string) {
    // without waiting: to open a pipe that nobody writes to would never end
    this.#descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const status = fstatSync(this.#descriptor);
      if (!status.isFile()) throw new OutOfBounds(`${path} is not a regular file: its content`);
      this.size = status.size;
    } catch (error) {
      closeSync(this.#descriptor);
      throw error;
    }
  }

  /** `length` bytes from `offset`, all of them or an OutOfBounds error. */
  read(offset: number, length: number, what = 'a structure'): DataView {
    if (
      !Number.isSafeInteger(offset) ||
      !Number.isSafeInteger(length) ||
      offset < 0 ||
      length < 0 ||
      length > LARGEST_READ ||
      offset + length > this.size
    ) {
      throw new OutOfBounds(what);
    }
    const bytes = new Uint8Array(length);
    let done = 0;
    while (done < length) {
      const got = readSync(this.#descriptor, bytes, done, length - done, offset + done);
      if (got === 0) throw new OutOfBounds(what);
      done += got;
    }
    return new DataView(bytes.buffer);
  }

  /** What there is from `offset` on, at most `length` bytes. */
  readUpTo(offset: number, length: number): DataView {
    return this.read(offset, Math.max(0, Math.min(length, this.size - offset)));
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}
