import { describe, it } from 'vitest';
import type { Program } from '../../specimens/recipe/c.js';
import type { GROUPS } from '../../specimens/recipe/header.js';
import { build } from '../../specimens/recipe/index.js';
import type { OnFinding } from '../../src/model/index.ts';
import { complaints } from './complaints.ts';
import { holdToGolden } from './golden.ts';
import { type Half, observed } from './observed.ts';

/** The builds whose reports are kept: with line tables, and little changed by the optimiser. */
const KEPT = new Set(['c-O0', 'cpp-O0', 'lines-system', 'lines-own']);

/** What one program of these can be let through without ending it: both worlds rest on one allocator. */
const HARMLESS = new Set(['CF001', 'CF004']);

/** Set by `npm run test:all`. */
const ALL = process.env.CROSSFREE_TEST_ALL === '1';

/**
 * Each specimen of a group in each build: its fault gives its finding and no other, its twin none.
 * `chosen` tells those that a short run is content with.
 */
export async function suite(
  group: keyof typeof GROUPS,
  belongs: (program: Program) => boolean = () => true,
  chosen: (program: Program) => boolean = () => true,
) {
  const { programs } = await build(group);
  const ours = programs.filter(belongs);
  const wanted = ALL ? ours : ours.filter(chosen);
  if (wanted.length < ours.length) {
    console.log(
      `${group}: ${wanted.length} of ${ours.length} programs run; \`npm run test:all\` runs all of them`,
    );
  }
  for (const id of new Set(wanted.map((program) => program.build.id))) {
    describe.concurrent(id, () => {
      for (const program of wanted.filter((program) => program.build.id === id)) addTests(program);
    });
  }
}

function addTests(program: Program): void {
  const { name, expected, crashes } = program.specimen;
  const kept = KEPT.has(program.build.id);
  if (expected.length > 0) it(`${name} fault`, () => check(program, 'fault', 'heal', kept));
  it(`${name} healthy`, () => check(program, 'healthy', 'heal'));
  if (!kept) return;
  const harmless = !crashes && expected.every(({ code }) => HARMLESS.has(code));
  if (expected.length > 0 && harmless)
    it(`${name} fault, let through`, () => check(program, 'fault', 'faithful'));
  it(`${name} healthy, nothing healed`, () => check(program, 'healthy', 'faithful'));
}

async function check(program: Program, half: Half, onFinding: OnFinding, kept = false) {
  const { run, output } = await observed(program, half, onFinding);
  const wrong = complaints(program, half, run, output);
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
  if (kept) await holdToGolden(program.specimen, run);
}
