/** How the lab's Rust programs with a jemalloc of their own are built: by setup ahead, and by the experiments. */
import { join } from 'node:path';

/** Folder of the Cargo project among the lab's specimens. */
export const PROJECT = 'jemalloc';
export const BINARIES = ['rust-frees-c', 'insane-hello', 'from-raw-parts'];

/**
 * @param {string} specimens folder of the lab's specimens
 * @param {string[]} binaries
 * @returns {[string, ...string[]]}
 */
export function cargoCommand(specimens, binaries) {
  return [
    'cargo',
    'build',
    '--release',
    '--locked',
    '--quiet',
    '--manifest-path',
    join(specimens, PROJECT, 'Cargo.toml'),
    ...binaries.flatMap((binary) => ['--bin', binary]),
    '--features',
    'jemalloc',
  ];
}

/**
 * Where Cargo keeps what it makes.
 * @param {string} root of the checkout
 */
export const targetFolder = (root) => join(root, 'build/lab', PROJECT);
