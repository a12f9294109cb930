import { closeSync, constants, fstatSync, lstatSync, openSync, type Stats } from 'node:fs';

/** Whose files are believed: users by their number, or `anyone` where a person named the place. */
export type Trusted = ReadonlySet<number> | 'anyone';

/** Our own user alone. */
export function ownUser(): Set<number> {
  return new Set([process.getuid?.() ?? 0]);
}

/** Why a file is left alone. */
export type Refusal = 'no regular file' | 'of another user' | 'under several names';

export class Untrusted extends Error {
  readonly refusal: Refusal;
  readonly owner: number;

  constructor(refusal: Refusal, owner: number) {
    super(refusal);
    this.refusal = refusal;
    this.owner = owner;
  }
}

/**
 * Opens a file (for reading by default) that an observed process may have put there: without following a link and without
 * waiting for a pipe. Throws Untrusted, or the system's error.
 */
export function openTrusted(
  path: string,
  trusted: Trusted,
  access: number = constants.O_RDONLY,
): { descriptor: number; status: Stats } {
  refuse(lstatSync(path), trusted); // before it is opened: to open a device may do something
  const descriptor = openSync(path, access | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  try {
    const status = fstatSync(descriptor);
    refuse(status, trusted); // what was opened may be another file by now
    return { descriptor, status };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

function refuse(status: Stats, trusted: Trusted): void {
  if (!status.isFile()) throw new Untrusted('no regular file', status.uid);
  if (trusted !== 'anyone' && !trusted.has(status.uid)) throw new Untrusted('of another user', status.uid);
  if (trusted !== 'anyone' && status.nlink > 1) throw new Untrusted('under several names', status.uid);
}
