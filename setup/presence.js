import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs of the administrator are often not in a person's PATH. */
const MORE_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** Where the loader looks on Debian for x86-64. */
const LIBRARY_FOLDERS = [
  '/usr/local/lib',
  '/lib/x86_64-linux-gnu',
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib64',
  '/usr/lib',
];

/**
 * Path of a command, as a shell finds it.
 * @param {string} command
 * @returns {string | undefined}
 */
export function findCommand(command) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...MORE_FOLDERS];
  return folders.map((folder) => join(folder, command)).find(isExecutable);
}

/**
 * Path of a shared library by its file name.
 * @param {string} name
 * @returns {string | undefined}
 */
export function findLibrary(name) {
  return LIBRARY_FOLDERS.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/**
 * Path of what proves that a package is there; undefined: it is missing.
 * @param {import('./packages.js').DebianPackage} debian
 * @returns {string | undefined}
 */
export function findProof({ proof }) {
  if ('command' in proof) return findCommand(proof.command);
  if ('library' in proof) return findLibrary(proof.library);
  return existsSync(proof.file) ? proof.file : undefined;
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
