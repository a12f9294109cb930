#!/usr/bin/env node
/**
 * Builds the specimens into build/specimens and checks that each fault is still in the machine code.
 * Does nothing where nothing changed.
 *
 *   node specimens/build.js [GROUP…]
 */
import { GROUPS } from './recipe/header.js';
import { build } from './recipe/index.js';

const groups = process.argv.slice(2);
const unknown = groups.filter((group) => !Object.hasOwn(GROUPS, group));
if (unknown.length > 0) {
  console.error(`unknown group \`${unknown[0]}\`: expected ${Object.keys(GROUPS).join(', ')}`);
  process.exit(2);
}
try {
  for (const group of /** @type {(keyof typeof GROUPS)[]} */ (
    groups.length > 0 ? groups : Object.keys(GROUPS)
  )) {
    const started = Date.now();
    const { programs, ran } = await build(group);
    console.log(
      `${group}: ${programs.length} programs, ${ran.length} steps, ${((Date.now() - started) / 1000).toFixed(1)} s`,
    );
  }
} catch (error) {
  console.error(/** @type {Error} */ (error).message);
  process.exitCode = 1;
}
