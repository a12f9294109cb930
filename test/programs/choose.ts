import { GROUPS, PROGRAMS } from './list.ts';
import type { Program } from './program.ts';

/**
 * @param names groups and programs; `all` and `quick` stand for what they say
 * @throws Error that names what is not there
 */
export function choose(names: readonly string[]): Program[] {
  const chosen = new Set(names.flatMap(named));
  return PROGRAMS.filter((program) => chosen.has(program));
}

function named(name: string): readonly Program[] {
  if (name === 'all') return PROGRAMS;
  if (name === 'quick') return PROGRAMS.filter(({ quick }) => quick);
  const found = GROUPS[name] ?? PROGRAMS.filter(({ id }) => id === name);
  if (found.length) return found;
  throw new Error(`no group or program is called \`${name}\`; the groups: ${Object.keys(GROUPS).join(', ')}`);
}
