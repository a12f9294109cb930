/** How the C and C++ specimens are built. */
import { join } from 'node:path';
import { readSpecimens } from './header.js';
import { checkActs, readCode } from './machine-code.js';
import { OUT, SPECIMENS } from './paths.js';

/**
 * @typedef {import('./header.js').Specimen} Specimen
 * @typedef {import('./tasks.js').Task} Task
 * @typedef {{ id: string, tags: string[] }} Build
 * @typedef {{ specimen: Specimen, build: Build, command: string[], env: Record<string, string> }} Program
 * @typedef {{ programs: Program[], tasks: Task[] }} Recipe
 */

export const LEVELS = ['O0', 'O2'];

const COMMON = ['-g', '-w', '-fno-optimize-sibling-calls', `-I${join(SPECIMENS, 'common')}`];
/** @type {Record<string, [string, string]>} */
const COMPILERS = { c: ['gcc', '-std=gnu11'], cpp: ['g++', '-std=c++17'] };

/**
 * @param {'c' | 'cpp'} group
 * @returns {Recipe}
 */
export function recipe(group) {
  const specimens = readSpecimens(group);
  /** @type {Recipe} */
  const all = { programs: [], tasks: [] };
  for (const level of LEVELS) {
    const folder = join(OUT, group, level);
    const driver = driverTask(join(folder, 'driver.o'), level);
    all.tasks.push(driver);
    /** @type {Map<string, Task>} */
    const libraries = new Map();
    for (const specimen of specimens) {
      const needed = specimen.libraries.map((library) =>
        libraryTask(libraries, library, group, folder, level),
      );
      const task = programTask(specimen, folder, level, driver, needed);
      all.tasks.push(...needed, task);
      all.programs.push({
        specimen,
        build: { id: `${group}-${level}`, tags: [group, level] },
        command: [join(folder, specimen.name)],
        env: preloads(specimen, folder),
      });
    }
  }
  return { ...all, tasks: [...new Set(all.tasks)] };
}

/**
 * A library, made once for all specimens that need it.
 * @param {Map<string, Task>} known
 * @param {import('./header.js').Library} library
 * @param {'c' | 'cpp'} group
 * @param {string} folder
 * @param {string} level
 * @returns {Task}
 */
function libraryTask(known, { file, flags }, group, folder, level) {
  const [compiler, standard] = compilerOf(group);
  const from = join(SPECIMENS, group);
  const output = join(folder, libraryName(file));
  const source = join(from, file);
  const args = [`-${level}`, standard, ...COMMON, '-fPIC', '-shared', '-o', output, source, ...flags];
  /** @type {Task} */
  const task = {
    name: output,
    inputs: [source, ...partsNamedIn(flags, from), join(SPECIMENS, 'common', 'specimen.h')],
    outputs: [output],
    steps: [{ command: compiler, args, cwd: from }],
  };
  const other = known.get(output);
  if (other && JSON.stringify(other) !== JSON.stringify(task))
    throw new Error(`${output} is wanted with other flags by another specimen`);
  known.set(output, other ?? task);
  return other ?? task;
}

/**
 * Files that flags name, such as a version script.
 * @param {string[]} flags
 * @param {string} from
 */
const partsNamedIn = (flags, from) =>
  flags.flatMap((flag) => /=(parts\/[\w.]+)$/.exec(flag)?.[1] ?? []).map((part) => join(from, part));

/** @param {string} group */
const compilerOf = (group) => /** @type {[string, string]} */ (COMPILERS[group]);

/**
 * The main() of every C and C++ specimen.
 * @param {string} output
 * @param {string} level
 * @returns {Task}
 */
export function driverTask(output, level) {
  const source = join(SPECIMENS, 'common', 'driver.c');
  return {
    name: `${output} driver`,
    inputs: [source, join(SPECIMENS, 'common', 'specimen.h')],
    outputs: [output],
    steps: [{ command: 'gcc', args: ['-c', `-${level}`, ...COMMON, '-o', output, source] }],
  };
}

/** @param {string} file */
export const libraryName = (file) => `lib${(file.split('/').pop() ?? '').replace(/\.\w+$/, '')}.so`;

/**
 * @param {Specimen} specimen
 * @param {string} folder
 * @returns {Record<string, string>}
 */
function preloads(specimen, folder) {
  const preloaded = specimen.libraries.filter((library) => library.how === 'preloaded');
  if (preloaded.length === 0) return {};
  return { LD_PRELOAD: preloaded.map((library) => join(folder, libraryName(library.file))).join(':') };
}

/**
 * @param {Specimen} specimen
 * @param {string} folder
 * @param {string} level
 * @param {Task} driver
 * @param {Task[]} libraries
 * @returns {Task}
 */
function programTask(specimen, folder, level, driver, libraries) {
  const [compiler, standard] = compilerOf(specimen.group);
  const from = join(SPECIMENS, specimen.group);
  const flags = [`-${level}`, standard, ...COMMON];
  const output = join(folder, specimen.name);
  const sources = [specimen.file, ...specimen.sources.map((file) => join(from, file))];
  const linked = libraries.flatMap(({ outputs }, index) =>
    specimen.libraries[index]?.how === 'linked' ? outputs : [],
  );
  return {
    name: output,
    inputs: [...sources, ...headers(specimen)],
    needs: [driver, ...libraries],
    outputs: [output],
    steps: [
      {
        command: compiler,
        args: [
          ...flags,
          '-pthread',
          '-o',
          output,
          ...sources,
          ...driver.outputs,
          ...linked,
          '-Wl,-rpath,$ORIGIN',
          '-ldl',
        ],
      },
      async () => {
        const where = `${specimen.group} at -${level}`;
        checkActs(await readCode(output), specimen, { rust: false, inlined: false, where });
      },
    ],
  };
}

/** @param {Specimen} specimen */
function headers(specimen) {
  const own = specimen.name.startsWith('two_owners') ? [join(SPECIMENS, 'c', 'parts', 'two_owners.h')] : [];
  return [join(SPECIMENS, 'common', 'specimen.h'), join(SPECIMENS, 'recipe', 'machine-code.js'), ...own];
}
