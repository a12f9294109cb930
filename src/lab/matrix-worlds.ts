import { join } from 'node:path';
import { findLibrary } from '../../setup/presence.js';
import { OWN_ALLOCATORS, ownAllocator } from './allocators.ts';
import { compile } from './compile.ts';
import { lacks, type Workbench } from './experiment.ts';

/** The worlds of the matrix, in the order in which it shows them. */
export const WORLDS = [
  ...OWN_ALLOCATORS,
  'Rust on glibc',
  'Rust on jemalloc',
  'Rust on mimalloc',
  'C++ new',
  'C++ new[]',
] as const;

export type MatrixWorld = (typeof WORLDS)[number];

export interface BuiltWorlds {
  /** The specimen that lets two worlds meet. */
  program: string;
  /** What it is to be told for each world. */
  paths: Partial<Record<MatrixWorld, string>>;
  /** The worlds that are not there, and why. */
  absent: Record<string, string>;
}

/** Each Rust world is a library of its own, with the global allocator that it names linked in. */
const RUST: readonly [MatrixWorld, string | undefined, string | undefined][] = [
  ['Rust on glibc', undefined, undefined],
  ['Rust on jemalloc', 'jemalloc', 'libjemalloc.so.2'],
  ['Rust on mimalloc', 'mimalloc', 'libmimalloc.so.2'],
];

/** Builds the specimen and every world that this machine has the tools for. */
export async function buildWorlds(bench: Workbench): Promise<BuiltWorlds> {
  bench.progress('building the worlds');
  const program = await compile(
    ['g++', '-O1', '-g'],
    join(bench.specimens, 'matrix.cpp'),
    join(bench.directory, 'matrix'),
  );
  const own = OWN_ALLOCATORS.map((name) => [name, ownAllocator(name)]);
  const paths: BuiltWorlds['paths'] = Object.fromEntries(own);
  const absent: BuiltWorlds['absent'] = {};
  for (const [world, allocator, library] of RUST) {
    if (lacks(bench, 'rustc')) absent[world] = 'there is no rustc';
    else if (library && !findLibrary(library)) absent[world] = `there is no ${library}`;
    else paths[world] = await rustWorld(bench, allocator, library);
  }
  return { program, paths: { ...paths, 'C++ new': 'new', 'C++ new[]': 'new[]' }, absent };
}

function rustWorld(bench: Workbench, allocator = 'glibc', library?: string): Promise<string> {
  const link = library ? ['--cfg', allocator, '-C', `link-arg=-l:${library}`] : [];
  return compile(
    ['rustc', '--edition', '2021', '-O', '--crate-type', 'cdylib', ...link],
    join(bench.specimens, 'matrix-world.rs'),
    join(bench.directory, `world-${allocator}.so`),
  );
}
