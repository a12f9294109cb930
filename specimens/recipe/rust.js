/** How the Rust specimens are built. */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { driverTask, libraryName } from './c.js';
import { readSpecimens } from './header.js';
import { checkActs, readCode } from './machine-code.js';
import { OUT, ROOT, SPECIMENS } from './paths.js';

/**
 * @typedef {import('./header.js').Specimen} Specimen
 * @typedef {import('./tasks.js').Task} Task
 * @typedef {import('./tasks.js').Step} Step
 * @typedef {import('./c.js').Recipe} Recipe
 * @typedef {{ id: string, tags: string[], flags: string[] }} Profile
 */

/** @type {Profile[]} */
const PROFILES = [
  { id: 'debug', tags: ['lines'], flags: ['-Cdebuginfo=2'] },
  { id: 'release', tags: [], flags: ['-Copt-level=3'] },
  { id: 'lines', tags: ['lines'], flags: ['-Copt-level=3', '-Cdebuginfo=1'] },
  { id: 'size', tags: [], flags: ['-Copt-level=z'] },
  { id: 'thin', tags: ['lto', 'lines'], flags: ['-Copt-level=3', '-Cdebuginfo=1', '-Clto=thin'] },
  { id: 'fat', tags: ['lto', 'lines'], flags: ['-Copt-level=3', '-Cdebuginfo=1', '-Clto=fat'] },
];
/** Not built: the release build without its symbols. */
const STRIPPED = { id: 'stripped', tags: ['stripped'], flags: [] };

export const ALLOCATORS = ['system', 'jemalloc', 'mimalloc', 'bump'];

const RUST = join(SPECIMENS, 'rust');

/**
 * @param {string[]} flags
 * @returns {Step}
 */
const rustc = (flags) => ({
  command: 'rustc',
  args: ['--edition', '2021', '--cap-lints', 'allow', '-Cstrip=none', ...flags],
  cwd: ROOT,
});

/** @param {string} folder @param {RegExp} [pattern] */
const filesOf = (folder, pattern = /./) =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map((entry) => join(folder, entry.name));

/**
 * A copy without symbols.
 * @param {string} from
 * @param {string} to
 * @returns {Task}
 */
const stripTask = (from, to, /** @type {Task} */ needed) => ({
  name: to,
  inputs: [],
  needs: [needed],
  outputs: [to],
  steps: [{ command: 'strip', args: ['-o', to, from] }],
});

/** Every specimen of rust/ in one driver for each profile and allocator. */
export function driverRecipe() {
  const specimens = readSpecimens('rust');
  const foreign = foreignTask();
  const dependencies = dependenciesTask();
  /** @type {Recipe} */
  const all = { programs: [], tasks: [foreign, dependencies] };
  for (const allocator of ALLOCATORS) {
    /** @param {Profile} profile @param {string} program */
    const add = (profile, program) => {
      const build = buildOf(profile, allocator);
      for (const specimen of specimens) {
        all.programs.push({ specimen, build, command: [program, specimen.name], env: {} });
      }
    };
    for (const profile of PROFILES) {
      if (profile.id === 'lines' && allocator !== 'system') continue;
      const program = join(OUT, 'rust', `${profile.id}-${allocator}`, 'driver');
      const task = driverProgram(program, profile, allocator, specimens, [foreign, dependencies]);
      all.tasks.push(task);
      add(profile, program);
      if (profile.id !== 'release') continue;
      const stripped = join(OUT, 'rust', `stripped-${allocator}`, 'driver');
      all.tasks.push(stripTask(program, stripped, task));
      add(STRIPPED, stripped);
    }
  }
  return all;
}

/**
 * The C and C++ side of the specimens.
 * @returns {Task}
 */
function foreignTask() {
  const source = join(RUST, 'parts', 'foreign.cpp');
  const output = join(OUT, 'rust', 'foreign.o');
  return {
    name: 'foreign',
    inputs: [source],
    outputs: [output],
    steps: [
      { command: 'g++', args: ['-c', '-g', '-O1', '-fno-optimize-sibling-calls', '-o', output, source] },
    ],
  };
}

/** jemalloc and mimalloc, with the bitcode that LTO wants: the only part that cargo builds. */
function dependenciesTask() {
  const folder = join(RUST, 'dependencies');
  const target = join(OUT, 'rust', 'dependencies');
  const args = [
    'build',
    '--release',
    '--locked',
    '--quiet',
    '--target-dir',
    target,
    '--manifest-path',
    join(folder, 'Cargo.toml'),
  ];
  return {
    name: 'dependencies',
    inputs: filesOf(folder),
    outputs: [join(target, 'release', 'liballocators.rlib')],
    steps: [
      { command: 'rm', args: ['-rf', target] }, // two versions of a library could not be told apart
      { command: 'cargo', args, env: { RUSTFLAGS: '-Cembed-bitcode=yes' } },
    ],
  };
}

/**
 * What rustc needs to be told to find a library that cargo built.
 * @param {string} allocator
 */
function linkFlags(allocator) {
  if (allocator === 'system' || allocator === 'bump') return [];
  const libraries = join(OUT, 'rust', 'dependencies', 'release', 'deps');
  return ['-L', libraries, '--extern', allocator === 'jemalloc' ? 'tikv_jemallocator' : 'mimalloc'];
}

/**
 * @param {string} program
 * @param {Profile} profile
 * @param {string} allocator
 * @param {Specimen[]} specimens
 * @param {Task[]} needs
 * @returns {Task}
 */
function driverProgram(program, profile, allocator, specimens, needs) {
  const inlined = buildOf(profile, allocator).tags.includes('inlined');
  // a bump allocator's dealloc is empty and its alloc a few additions: inlined, no call of them is left
  const gone = allocator === 'bump' && inlined ? ['alloc', 'dealloc', 'realloc'] : [];
  const parts = join(RUST, 'parts');
  return {
    name: program,
    inputs: [
      ...filesOf(RUST, /\.rs$/),
      join(parts, 'ffi.rs'),
      join(parts, 'bump.rs'),
      join(SPECIMENS, 'recipe', 'machine-code.js'),
    ],
    needs,
    outputs: [program],
    steps: [
      rustc([
        ...profile.flags,
        ...['--crate-name', 'driver', '--cfg', `allocator="${allocator}"`],
        ...linkFlags(allocator),
        ...[
          `-Clink-arg=${join(OUT, 'rust', 'foreign.o')}`,
          '-ldylib=stdc++',
          '-o',
          program,
          join(RUST, 'main.rs'),
        ],
      ]),
      async () => {
        const code = await readCode(program);
        const where = `${profile.id} with ${allocator}`;
        for (const specimen of specimens) checkActs(code, specimen, { rust: true, inlined, where, gone });
      },
    ],
  };
}

/** The specimens that bring their own global allocator, each a program. */
export function allocatorRecipe() {
  const specimens = readSpecimens('rust-allocators');
  /** @type {Recipe} */
  const all = { programs: [], tasks: [] };
  for (const specimen of specimens) {
    for (const profile of PROFILES) {
      const folder = join(OUT, 'rust-allocators', profile.id);
      const program = join(folder, specimen.name);
      const task = allocatorProgram(program, specimen, profile);
      all.tasks.push(task);
      all.programs.push({ specimen, build: buildOf(profile, 'own'), command: [program], env: {} });
      if (profile.id !== 'release') continue;
      const stripped = join(OUT, 'rust-allocators', 'stripped', specimen.name);
      all.tasks.push(stripTask(program, stripped, task));
      all.programs.push({ specimen, build: buildOf(STRIPPED, 'own'), command: [stripped], env: {} });
    }
  }
  return all;
}

/**
 * @param {string} program
 * @param {Specimen} specimen
 * @param {Profile} profile
 * @returns {Task}
 */
function allocatorProgram(program, specimen, profile) {
  const inlined = buildOf(profile, 'own').tags.includes('inlined');
  return {
    name: program,
    inputs: [specimen.file, join(RUST, 'parts', 'pick.rs'), join(SPECIMENS, 'recipe', 'machine-code.js')],
    outputs: [program],
    steps: [
      rustc([...profile.flags, '-o', program, specimen.file]),
      async () => checkActs(await readCode(program), specimen, { rust: true, inlined, where: profile.id }),
    ],
  };
}

/** Rust libraries under a C program. */
export function libraryRecipe() {
  const specimens = readSpecimens('rust-libraries');
  const driver = driverTask(join(OUT, 'rust-libraries', 'driver.o'), 'O2');
  /** @type {Recipe} */
  const all = { programs: [], tasks: [driver] };
  /** @type {Map<string, Task>} */
  const libraries = new Map();
  for (const profile of [...PROFILES, STRIPPED]) {
    for (const specimen of specimens) {
      // a dynamic std takes no part in LTO
      if (profile.tags.includes('lto') && specimen.libraries.some(({ how }) => how === 'dylib')) continue;
      const needs = specimen.libraries.map(({ file, how }) => libraryTask(libraries, profile, file, how));
      const program = join(OUT, 'rust-libraries', profile.id, specimen.name);
      all.tasks.push(...needs, hostProgram(program, specimen, profile, [driver, ...needs]));
      all.programs.push({ specimen, build: buildOf(profile, 'system'), command: [program], env: {} });
    }
  }
  return { ...all, tasks: [...new Set(all.tasks)] };
}

/**
 * A Rust library, made once for all programs: `linked` and `loaded` are cdylibs with a std of their own,
 * `dylib` shares the dynamic one, `static` goes into the program.
 * @param {Map<string, Task>} known
 * @param {Profile} profile
 * @param {string} file
 * @param {string} how
 * @returns {Task}
 */
function libraryTask(known, profile, file, how) {
  const kind = how === 'loaded' ? 'linked' : how;
  const from =
    profile === STRIPPED ? /** @type {Profile} */ (PROFILES.find(({ id }) => id === 'release')) : profile;
  const output = libraryFile(profile, file, how);
  const task = known.get(output) ?? {
    name: output,
    inputs: [join(RUST, 'libraries', file)],
    outputs: [output],
    steps: [
      rustc([...from.flags, ...(CRATE_TYPE[kind] ?? []), '-o', output, join(RUST, 'libraries', file)]),
      ...(profile === STRIPPED
        ? [{ command: 'strip', args: [kind === 'static' ? '--strip-debug' : '--strip-all', output] }]
        : []),
    ],
  };
  known.set(output, task);
  return task;
}

/** @type {Record<string, string[]>} */
const CRATE_TYPE = {
  linked: ['--crate-type', 'cdylib'],
  dylib: ['--crate-type', 'dylib', '-Cprefer-dynamic', '-Crpath'],
  static: ['--crate-type', 'staticlib'],
};

/** @param {Profile} profile @param {string} file @param {string} how */
function libraryFile(profile, file, how) {
  // Each kind in a folder of its own: rustc names its intermediate files by the output, and two at once would collide.
  const kind = { dylib: ['shared'], static: ['static'] }[how] ?? [];
  const folder = join(OUT, 'rust-libraries', profile.id, ...kind);
  return join(folder, how === 'static' ? libraryName(file).replace('.so', '.a') : libraryName(file));
}

/**
 * @param {string} program
 * @param {Specimen} specimen
 * @param {Profile} profile
 * @param {Task[]} needs
 * @returns {Task}
 */
function hostProgram(program, specimen, profile, needs) {
  const files = specimen.libraries
    .filter(({ how }) => how !== 'loaded')
    .map(({ file, how }) => libraryFile(profile, file, how));
  // two kinds of library of one name: a program finds only the kind that it was linked with
  const folder = specimen.libraries.some(({ how }) => how === 'dylib') ? '$ORIGIN/shared' : '$ORIGIN';
  const paths = [`-Wl,-rpath,${folder}`, `-Wl,-rpath-link,${sysroot()}`];
  const driver = join(OUT, 'rust-libraries', 'driver.o');
  return {
    name: program,
    inputs: [
      specimen.file,
      join(SPECIMENS, 'common', 'specimen.h'),
      join(SPECIMENS, 'recipe', 'machine-code.js'),
    ],
    needs,
    outputs: [program],
    steps: [
      {
        command: 'gcc',
        args: [
          '-O2',
          '-fno-optimize-sibling-calls',
          '-g',
          '-w',
          `-I${join(SPECIMENS, 'common')}`,
          '-o',
          program,
          specimen.file,
          driver,
          ...files,
          ...paths,
          '-lm',
          '-lgcc_s',
        ],
      },
      async () =>
        checkActs(await readCode(program), specimen, { rust: false, inlined: false, where: profile.id }),
      ...(profile === STRIPPED ? [{ command: 'strip', args: [program] }] : []),
    ],
  };
}

/** Where the dynamic std lies. */
function sysroot() {
  return execFileSync('rustc', ['--print', 'target-libdir'], { encoding: 'utf8' }).trim();
}

/**
 * `inlined`: calls of the allocator stand in the middle of Rust code. LTO does that, and so does every
 * optimised build of a crate that has a global allocator of its own; the shims may be there all the same.
 * @param {Profile} profile
 * @param {string} allocator
 */
function buildOf(profile, allocator) {
  const replaced = allocator !== 'system';
  const inlined = profile.tags.includes('lto') || (replaced && profile.id !== 'debug');
  const tags = ['rust', profile.id, ...profile.tags, allocator];
  return {
    id: `${profile.id}-${allocator}`,
    tags: [...tags, ...(replaced ? ['replaced'] : []), ...(inlined ? ['inlined'] : [])],
  };
}
