import { describe, it } from 'vitest';
import type { Program } from '../../specimens/recipe/c.js';
import type { GROUPS } from '../../specimens/recipe/header.js';
import { build } from '../../specimens/recipe/index.js';
import { complaints } from './complaints.ts';
import { type Half, observed } from './observed.ts';

/** Each specimen of a group in each build: its fault gives its finding and no other, its twin none. */
export async function suite(group: keyof typeof GROUPS, chosen: (program: Program) => boolean = () => true) {
  const { programs } = await build(group);
  const wanted = programs.filter(chosen);
  for (const id of new Set(wanted.map((program) => program.build.id))) {
    describe.concurrent(id, () => {
      for (const program of wanted.filter((program) => program.build.id === id)) {
        if (program.specimen.expected.length > 0)
          it(`${program.specimen.name} fault`, () => check(program, 'fault'));
        it(`${program.specimen.name} healthy`, () => check(program, 'healthy'));
      }
    });
  }
}

async function check(program: Program, half: Half) {
  const { run, output } = await observed(program, half, 'heal');
  const wrong = complaints(program, half, run, output);
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
}
