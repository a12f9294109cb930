import { expect, it } from 'vitest';
import type { ForgetResult } from '../model/index.ts';
import { renderForget } from './forget.ts';
import { HOSTILE } from './hostile.fixture.ts';
import { vecFromMalloc } from './run.fixture.ts';

const plain = { colour: false, cwd: '/src', verbose: false };
const ABORT = { kind: 'signal', signal: 'SIGABRT' } as const;
const EXIT = { kind: 'exit', code: 0 } as const;

const frame = (name: string) => ({
  function: name,
  file: `/src/${name}.c`,
  line: 3,
  module: '/app',
  offset: '0x1',
});
const site = (name: string) => ({
  id: name,
  via: 'free',
  world: 'c',
  count: 1,
  thread: 1,
  stack: [frame(name)],
});

function guilty(): ForgetResult {
  return {
    schema: 'crossfree/forget@1',
    command: ['./app'],
    arrangement: { c: 'glibc', rust: 'jemalloc' },
    outcome: ABORT,
    verdict: 'caught',
    reason: 'Without this release it ends with exit 0 instead of SIGABRT.',
    conclusion: 'guilty',
    guilty: [
      {
        site: site('give_back'),
        birth: { thread: 1, via: '__rust_alloc', stack: [frame('make')], world: 'rust', size: 16, count: 1 },
        confidence: 0.9923,
        alternatives: [],
      },
    ],
    minimal: true,
    untouched: [{ verdict: 'caught', outcome: ABORT, runs: 3 }],
    withoutReleases: [{ verdict: 'clean', outcome: EXIT, runs: 1 }],
    withoutGuilty: [{ verdict: 'clean', outcome: EXIT, runs: 3 }],
    sites: 65,
    runs: 7,
    mostRuns: 40,
    seed: 1,
    gaps: [],
    complete: true,
  };
}

it('names the guilty release, what it released, how sure it is, and how each kind of run ended', () => {
  expect(renderForget(guilty(), plain)).toBe(`\
crossfree forget  GUILTY   ./app was ended by SIGABRT · 1 guilty release among 65 sites · 7 runs

Without this release it ends with exit 0 instead of SIGABRT.

[1] C on glibc released what Rust on jemalloc handed out   confidence 99.2 %
  died  give_back  give_back.c:3  free()
  born  make       make.c:3       __rust_alloc(size 16)
  The release is no fault by itself as far as crossfree sees. Either the block is still used after it:
  release it later. Or the release is only where earlier damage shows, such as a write past a block’s
  end: AddressSanitizer, Valgrind or \`crossfree autopsy\` tell.

as it is            3× was ended by SIGABRT
nothing released    1× exited 0
without the guilty  3× exited 0
`);
});

it('shows the finding with its remedy, and the other release of a double free', () => {
  const result = guilty();
  const [one] = result.guilty;
  if (one) {
    one.finding = { ...vecFromMalloc(), code: 'CF002', kind: 'double-free', message: 'released again' };
    one.alternatives = [site('release_first')];
  }
  const text = renderForget(result, plain);
  expect(text).toMatch(/^ {2}or {4}release_first {2}release_first\.c:3 {2}free\(\)$/m);
  expect(text).toMatch(/^ {2}CF002 double-free {3}released again$/m);
  expect(text).toContain('It is enough to leave out either of the two: one of them is too many.');
});

it('says that a search was cut short, and shows no more than a person reads', () => {
  const result = guilty();
  const many = Array.from({ length: 12 }, () => result.guilty).flat();
  const text = renderForget({ ...result, guilty: many, minimal: false, complete: false }, plain);
  expect(text).toContain('at most 12 guilty releases among 65 sites · 7 runs · NOT COMPLETE');
  expect(text).toContain('… 4 more (--json)');
});

it('says what a program that was never seen to end and one whose child died did', () => {
  const none: ForgetResult = { ...guilty(), conclusion: 'unknown', guilty: [], untouched: [] };
  expect(renderForget(none, plain)).toContain('UNKNOWN   ./app has not come to an end');
  const child = { verdict: 'clean', outcome: EXIT, child: ABORT, runs: 3 } as const;
  const text = renderForget({ ...guilty(), verdict: 'clean', outcome: EXIT, untouched: [child] }, plain);
  expect(text).toContain('./app exited 0; a process that it started was ended by SIGABRT');
});

it('lets nothing through that would command a terminal', () => {
  const result = guilty();
  const [one] = result.guilty;
  if (one) {
    one.site = {
      ...one.site,
      stack: [{ function: HOSTILE, file: HOSTILE, module: HOSTILE, offset: HOSTILE }],
    };
    one.finding = { ...vecFromMalloc(), message: HOSTILE };
  }
  const text = renderForget({ ...result, command: [HOSTILE], reason: HOSTILE }, plain);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there
  expect(text.replaceAll('\n', '')).not.toMatch(/[\x00-\x1f\x7f-\x9f]/);
});
