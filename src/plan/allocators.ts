import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { PACKAGES } from '../../setup/packages.js';
import { findLibrary } from '../../setup/presence.js';
import type { Allocator } from '../model/index.ts';
import { allocatorLibrary, buildCommand } from './installation.ts';

/** An allocator of this machine, and the shared object that is it. */
export interface FoundAllocator {
  name: Allocator;
  /** Absolute. */
  path: string;
}

/** An allocator that is not here, and the command that brings it. */
export interface MissingAllocator {
  missing: Allocator;
  install: string;
}

/** Where each packaged allocator lies, by its file names, the usual one first. */
const PACKAGED: Record<string, readonly string[]> = {
  jemalloc: ['libjemalloc.so.2'],
  mimalloc: ['libmimalloc.so.2', 'libmimalloc.so.2.0', 'libmimalloc.so.3'],
  tcmalloc: ['libtcmalloc_minimal.so.4'],
};

const SCUDO = 'libclang_rt.scudo_standalone-x86_64.so';
const LLVM = '/usr/lib';

/** The laboratory's own, built by `npm run build`. */
export const OWN_ALLOCATORS = ['standard', 'debug', 'mmap', 'arena', 'insane'] as const;

/** Every name that an arrangement may give. */
export const ALLOCATOR_NAMES: readonly Allocator[] = [
  'glibc',
  ...Object.keys(PACKAGED),
  'scudo',
  ...OWN_ALLOCATORS,
];

/** Allocators that are wrong on purpose: the best of programs goes wrong on them. */
const FOR_EXPERIMENTS: readonly Allocator[] = ['insane'];

/** Finds an allocator by its name; undefined for a name that is none of ours. */
export function findAllocator(name: Allocator): FoundAllocator | MissingAllocator | undefined {
  if (!ALLOCATOR_NAMES.includes(name)) return undefined;
  const path = pathOf(name);
  return path === undefined ? { missing: name, install: installOf(name) } : { name, path };
}

/** All of them, in the order of ALLOCATOR_NAMES. */
export function listAllocators(): (FoundAllocator | MissingAllocator)[] {
  return ALLOCATOR_NAMES.flatMap((name) => findAllocator(name) ?? []);
}

/** Those that are here and that a healthy program does well on: what is tried where nobody names any. */
export function soundAllocators(): Allocator[] {
  return listAllocators().flatMap((found) =>
    'missing' in found || FOR_EXPERIMENTS.includes(found.name) ? [] : [found.name],
  );
}

/** The name of the laboratory's allocator that this file is. */
export function ownAllocatorOf(path: string): Allocator | undefined {
  const name = /^lib(\w+)\.so$/.exec(basename(path))?.[1];
  return OWN_ALLOCATORS.find((own) => own === name);
}

function pathOf(name: Allocator): string | undefined {
  if (name === 'glibc') return findLibrary('libc.so.6');
  if (name === 'scudo') return findLibrary(SCUDO) ?? scudoOfLlvm();
  const packaged = PACKAGED[name];
  if (packaged) return packaged.map(findLibrary).find((path) => path !== undefined);
  const own = allocatorLibrary(name);
  return existsSync(own) ? own : undefined;
}

/** Each LLVM has a scudo of its own, the newest is taken. */
function scudoOfLlvm(): string | undefined {
  const versions = list(LLVM)
    .flatMap((entry) => /^llvm-(\d+)$/.exec(entry)?.[1] ?? [])
    .sort((a, b) => Number(b) - Number(a));
  for (const version of versions) {
    const clang = join(LLVM, `llvm-${version}`, 'lib/clang');
    for (const release of list(clang)) {
      const path = join(clang, release, 'lib/linux', SCUDO);
      if (existsSync(path)) return path;
    }
  }
  return undefined;
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function installOf(name: Allocator): string {
  const files = name === 'scudo' ? [SCUDO] : (PACKAGED[name] ?? []);
  const debian = PACKAGES.find(
    ({ proof }) =>
      ('library' in proof && files.includes(proof.library)) ||
      ('file' in proof && files.some((file) => proof.file.endsWith(file))),
  );
  return debian ? `apt-get install ${debian.name}` : buildCommand();
}
