import type { Program } from '../../specimens/recipe/c.js';

/** One of each kind of finding, and of each pair of worlds, and the long healthy one. */
const SAMPLE = new Set([
  'box_from_malloc',
  'box_from_new',
  'box_interior_8',
  'box_of_stack',
  'delete_of_box',
  'double_drop',
  'free_of_box',
  'freed_then_dropped',
  'realloc_of_vec',
  'standard_library',
  'vec_from_malloc',
  'vec_growth_of_malloc',
  'vec_retyped',
]);

/** True for those that every build is tried with. */
export function sampled({ specimen }: Program): boolean {
  return SAMPLE.has(specimen.name);
}
