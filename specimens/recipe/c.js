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
    for (const specimen of specimens) {
      const task = programTask(specimen, folder, level, driver);
      all.tasks.push(task);
      all.programs.push({
        specimen,
        build: { id: `${group}-${level}`, tags: [group, level] },
        command: [join(folder, specimen.name)],
        env: preloads(specimen, folder),
      });
    }
  }
  return all;
}

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
 * @returns {Task}
 */
function programTask(specimen, folder, level, driver) {
  const [compiler, standard] = /** @type {[string, string]} */ (COMPILERS[specimen.group]);
  const from = join(SPECIMENS, specimen.group);
  const flags = [`-${level}`, standard, ...COMMON];
  const output = join(folder, specimen.name);
  const sources = [specimen.file, ...specimen.sources.map((file) => join(from, file))];
  const libraries = specimen.libraries.map((library) => ({
    ...library,
    output: join(folder, libraryName(library.file)),
  }));
  const linked = libraries.filter((library) => library.how === 'linked').map((library) => library.output);
  return {
    name: output,
    inputs: [...sources, ...libraries.map(({ file }) => join(from, file)), ...headers(specimen)],
    needs: [driver],
    outputs: [output],
    steps: [
      ...libraries.map((library) => ({
        command: compiler,
        args: [
          ...flags,
          '-fPIC',
          '-shared',
          '-o',
          library.output,
          join(from, library.file),
          ...library.flags,
        ],
        cwd: from,
      })),
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
