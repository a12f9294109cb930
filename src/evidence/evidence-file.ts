import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** More of a file is not read: its beginning names the first wrong act. */
export const MOST_BYTES = 64 * 2 ** 20;

export interface EvidenceBytes {
  bytes: Buffer;
  /** True when the file goes on behind what was read. */
  cut: boolean;
}

/** The first bytes of a regular file, or of standard input for `-`. Throws what the system says. */
export function readEvidenceFile(path: string): EvidenceBytes {
  const input = path === '-';
  const descriptor = input ? 0 : openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!input && !fstatSync(descriptor).isFile()) throw new Error('it is no regular file');
    const pieces: Buffer[] = [];
    let length = 0;
    while (length <= MOST_BYTES) {
      const piece = Buffer.alloc(1 << 20);
      const got = readSync(descriptor, piece);
      if (got === 0) break;
      pieces.push(piece.subarray(0, got));
      length += got;
    }
    return { bytes: Buffer.concat(pieces).subarray(0, MOST_BYTES), cut: length > MOST_BYTES };
  } finally {
    if (!input) closeSync(descriptor);
  }
}

/** True for a core dump of this kind of machine; of it more is needed than its beginning, and less than all. */
export function isCore(path: string): boolean {
  if (path === '-') return false;
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const start = Buffer.alloc(64);
    if (!fstatSync(descriptor).isFile() || readSync(descriptor, start, 0, 64, 0) < 64) return false;
    const elf = start.toString('latin1', 0, 6) === '\x7fELF\x02\x01';
    return elf && start.readUInt16LE(16) === 4 && start.readUInt16LE(18) === 62;
  } finally {
    closeSync(descriptor);
  }
}
