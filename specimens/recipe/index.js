/** Builds a group of specimens. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { alone } from '../../setup/alone.js';
import * as c from './c.js';
import { OUT } from './paths.js';
import * as rust from './rust.js';
import { runTasks } from './tasks.js';

/**
 * Everything about a group: what its programs are, and how they are made.
 * @param {keyof typeof import('./header.js').GROUPS} group
 * @returns {import('./c.js').Recipe}
 */
export function recipe(group) {
  if (group === 'c' || group === 'cpp') return c.recipe(group);
  if (group === 'rust') return rust.driverRecipe();
  return group === 'rust-allocators' ? rust.allocatorRecipe() : rust.libraryRecipe();
}

/**
 * Makes what is missing or out of date. Throws with the failing command, or with the act that is no
 * longer in the machine code.
 * @param {keyof typeof import('./header.js').GROUPS} group
 */
export async function build(group) {
  const { programs, tasks } = recipe(group);
  const ran = await alone(join(OUT, 'lock'), (lock) => runTasks(join(OUT, group), tasks, tools(group), lock));
  return { programs, ran };
}

/**
 * What changes when the compilers do.
 * @param {string} group
 */
function tools(group) {
  const version = (/** @type {string} */ command) =>
    execFileSync(command, ['--version'], { encoding: 'utf8' });
  return ['g++', ...(group.startsWith('rust') ? ['rustc'] : [])].map(version).join('');
}
