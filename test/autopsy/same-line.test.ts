import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Program } from '../../specimens/recipe/c.js';
import type { GROUPS } from '../../specimens/recipe/header.js';
import { build } from '../../specimens/recipe/index.js';
import type { Autopsy } from '../../src/model/index.ts';
import { bare, type Source, storiesOf } from './sources.ts';

/** Set by `npm run test:all`. */
const ALL = process.env.CROSSFREE_TEST_ALL === '1';

/** One build of each group, with line tables and little changed by the optimiser; and who stands for the rest. */
const CHOSEN: [keyof typeof GROUPS, string, string[]][] = [
  ['c', 'c-O0', ['double_free', 'free_stack', 'double_free_reused']],
  ['cpp', 'cpp-O0', ['second_base']],
  ['rust', 'lines-system', ['double_drop']],
];

/** A wrong release that nobody but us can see: both worlds share malloc. */
const UNSEEN = 'vec_from_malloc';

/** What the story says where a source cannot know which of several releases is the wrong one. */
const SEVERAL = /Which of the releases is the wrong one/;

for (const [group, id, names] of CHOSEN) {
  const { programs } = await build(group);
  const candidates = programs.filter(
    ({ build: { id: of }, specimen }) => of === id && specimen.expected.length > 0,
  );
  const ours = ALL ? candidates : candidates.filter(({ specimen }) => names.includes(specimen.name));
  if (ours.length < candidates.length) {
    console.log(
      `${id}: ${ours.length} of ${candidates.length} specimens; \`npm run test:all\` takes all of them`,
    );
  }
  describe(`${id}: every source that a crash leaves names one line`, { timeout: 300_000 }, () => {
    it.each(ours.map((program) => [program.specimen.name, program] as const))('%s', (_, program) =>
      check(program),
    );
  });
  const unseen = programs.find(({ build: { id: of }, specimen }) => of === id && specimen.name === UNSEEN);
  if (unseen)
    it(
      'a cross-free that ends well: Valgrind and output say what they cannot know',
      () => checkUnseen(unseen),
      300_000,
    );
}

async function check(program: Program): Promise<void> {
  const ended = bare(program);
  if (ended.signal === null) return; // it harms nobody here, so that nothing is left of it
  const stories = await storiesOf(program, ended);
  expect([...stories.keys()]).toEqual(expect.arrayContaining(['crash record', 'output']));
  const truth = stories.get('crash record');
  expect(truth?.findings[0]?.code).toBe(program.specimen.expected[0]?.code);
  expect(basename(truth?.faulty?.file ?? '')).toMatch(/^\w+\.(c|cpp|rs|h)$/);
  expect(truth?.faulty?.line).toBeGreaterThan(0);
  for (const [source, story] of stories) expect(complaint(source, story, truth)).toBe('');
}

/** What is wrong with a story; empty when it names the same line, or says that it cannot and what would. */
function complaint(source: Source, story: Autopsy, truth: Autopsy | undefined): string {
  const [line, expected] = [placeOf(story), placeOf(truth)];
  if (line === expected) return '';
  const unknown = story.unknown.map(({ what, remedy }) => `${what} -> ${remedy}`);
  if (line === undefined) {
    return unknown.some((one) => /Which line is at fault|The line:/.test(one) && !one.endsWith('-> '))
      ? ''
      : `${source} names no line, and does not say so: ${unknown.join('; ')}`;
  }
  const several = [story, truth].some((one) => one?.unknown.some(({ what }) => SEVERAL.test(what)));
  return several ? '' : `${source} names ${line}, the crash record ${expected}`;
}

function placeOf(story: Autopsy | undefined): string | undefined {
  const { faulty } = story ?? {};
  return faulty?.line === undefined ? undefined : `${basename(faulty.file ?? '')}:${faulty.line}`;
}

async function checkUnseen(program: Program): Promise<void> {
  const ended = bare(program);
  expect(ended.status).toBe(0);
  const stories = await storiesOf(program, ended);
  expect(stories.get('crash record')).toMatchObject({ verdict: 'latent', findings: [{ code: 'CF001' }] });
  expect(stories.get('output')).toBeUndefined();
  const valgrind = stories.get('valgrind');
  if (!valgrind) return;
  expect(valgrind.verdict).toBe('clean');
  const said = valgrind.unknown.find(({ what }) => what.includes('from Rust to C'));
  expect(said?.remedy).toContain('crossfree run');
}
