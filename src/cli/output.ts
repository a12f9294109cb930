import { closeSync, existsSync, mkdirSync, openSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { discard } from '../run/discard.ts';
import { hide, ledgerFolder, moveUp, privateFolder } from '../run/folder.ts';
import { badValue, UsageError } from './failure.ts';

/** Where the results of a command go; made before it starts, so that a bad path is known at once. */
export interface Outputs {
  /** Empty, absolute. */
  ledgerDir: string;
  /** Writes the result to every place that was asked for. */
  save(result: object): void;
  /** Removes what nobody asked to keep. */
  close(): void;
}

const RESULT = 'run.json';
const LEDGERS = 'ledgers';

/** Throws UsageError when one of the places cannot be written. */
export function openOutputs(wishes: { json?: string; out?: string }): Outputs {
  const folder = wishes.out === undefined ? undefined : openFolder(resolve(wishes.out));
  const files: { option: string; path: string; descriptor: number }[] = [];
  const add = (option: string, path: string) =>
    files.push({ option, path, descriptor: openFile(option, path) });
  if (wishes.json !== undefined) add('--json', wishes.json);
  if (folder !== undefined) add('--out', join(folder, RESULT));
  const place = folder === undefined ? temporaryFolder() : join(folder, LEDGERS);
  const ledgerDir = ledgerFolder(place);
  return {
    ledgerDir,
    save(result) {
      if (files.length === 0) return;
      const text = `${JSON.stringify(result, undefined, 2)}\n`;
      for (const { option, path, descriptor } of files) {
        try {
          writeFileSync(descriptor, text);
        } catch (error) {
          throw new Error(`\`${option}\`: the result could not be written to ${path}: ${reason(error)}`);
        }
      }
    },
    close() {
      for (const { descriptor } of files) closeSync(descriptor);
      if (folder === undefined) discard(place);
      else moveUp(ledgerDir);
    },
  };
}

/** A descriptor to write to; throws UsageError naming the option when the path cannot be written. */
export function openFile(option: string, path: string): number {
  if (path === '--') throw badValue(option, "a file's path, and `--` after it", path);
  if (path === '' || path === '-') {
    throw badValue(option, "a file's path: standard output is taken (`--json /dev/fd/3 3>FILE` works)", path);
  }
  try {
    return openSync(path, 'w');
  } catch (error) {
    throw new UsageError(
      `\`${option}\` expects a file that can be written, but got \`${path}\`: ${reason(error)}`,
    );
  }
}

/** A folder that is new, empty, or holds an earlier result, which it gives up. */
function openFolder(path: string): string {
  try {
    makeFolder(path);
    const stranger = readdirSync(path).find((name) => name !== RESULT && name !== LEDGERS);
    if (stranger !== undefined) {
      throw new Error(`it holds something that is no result of crossfree (${stranger})`);
    }
    rmSync(join(path, RESULT), { force: true });
    rmSync(join(path, LEDGERS), { recursive: true, force: true });
    mkdirSync(join(path, LEDGERS));
    hide(join(path, LEDGERS));
    return path;
  } catch (error) {
    throw new UsageError(
      `\`--out\` expects a folder that is new, empty or holds an earlier result, but got \`${path}\`: ${reason(error)}`,
    );
  }
}

/** Makes a folder and those above it. Node's own `recursive` never ends where /proc refuses one. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  const above = dirname(path);
  if (above !== path) makeFolder(above);
  mkdirSync(path);
}

function temporaryFolder(): string {
  try {
    return privateFolder('crossfree-');
  } catch (error) {
    throw new Error(
      `no folder for the ledgers can be made in ${tmpdir()}: ${reason(error)}; set TMPDIR to another one`,
    );
  }
}

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const known: Record<string, string> = {
    ENOENT: 'no such folder',
    EACCES: 'permission denied',
    EISDIR: 'it is a folder',
    ENOTDIR: 'a part of the path is not a folder',
    EEXIST: 'it is not a folder',
    EROFS: 'the file system is read-only',
    ENOSPC: 'the disk is full',
    EPIPE: 'nobody reads it',
    ENAMETOOLONG: 'the name is too long',
  };
  return known[code ?? ''] ?? message;
}
