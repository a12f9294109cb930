import type { Program } from '../../specimens/recipe/c.js';
import type { Expected } from '../../specimens/recipe/header.js';
import type { Coverage } from '../../src/model/index.ts';
import type { Half } from './observed.ts';

export interface Expectation {
  findings: Wanted[];
  coverage: Coverage;
  /** The build hides Rust's allocation functions: a call of malloc or free may be C's or Rust's. */
  hidden: boolean;
  /** Symbols are there, so the stacks must name the specimen's functions. */
  named: boolean;
  /** `done`: exit status 0, its last word printed. */
  end: 'done' | 'any';
}

export interface Wanted extends Expected {
  certainty: string;
  /** Need not be found: what the build hides is at best guessed. */
  guess: boolean;
}

/** Findings that hold whichever world a call belongs to. */
const WORLDLESS = new Set(['CF002', 'CF003']);

/** What a program must be found to do: its specimen's header, and what its build hides by design. */
export function expectationOf({ specimen, build }: Program, half: Half): Expectation {
  const tags = new Set(build.tags);
  const has = (all: string[]) => all.every((tag) => tags.has(tag));
  const stripped = tags.has('stripped');
  // the functions of a shared standard library are its exported symbols, which no build removes
  const shared = specimen.libraries.some(({ how }) => how === 'dylib');
  const hidden = !shared && (stripped || dissolved(tags));
  const exception = specimen.exceptions.find(({ tags: any }) => any.some(has));
  const outcome = exception?.outcome ?? specimen.expected;
  const open = outcome === 'open';
  const stated =
    half === 'healthy' || outcome === 'unseen' ? [] : [open ? specimen.expected : outcome].flat();
  const findings = exception ? stated : stated.flatMap((expected) => withoutTrace(expected, tags) ?? []);
  return {
    findings: findings.map((expected) => {
      const guess = stripped && !WORLDLESS.has(expected.code);
      const certainty = expected.details.certainty ?? (guess ? 'possible' : 'proven');
      return { ...expected, guess: guess || open, certainty };
    }),
    coverage: hidden || unstated(tags) ? 'partial' : 'full',
    hidden,
    named: !stripped,
    end: half === 'fault' && (stripped || findings.length === 0) ? 'any' : 'done',
  };
}

/**
 * Rust's allocations are calls in the middle of its code, not of functions that can be observed. An
 * allocator like jemalloc, which has functions of its own, is observed there.
 */
function dissolved(tags: Set<string>): boolean {
  return tags.has('inlined') && !tags.has('jemalloc') && !tags.has('mimalloc');
}

/** mimalloc's own functions are told no size at the release. */
function unstated(tags: Set<string>): boolean {
  return tags.has('inlined') && tags.has('mimalloc');
}

/**
 * What is left of a finding where nothing of Rust's allocator can be seen: a bump allocator that is
 * inlined, so that its acts are a few additions, or nothing; or any allocator inside a stripped program.
 * What Rust allocated is then just a place in memory to whoever else releases it.
 */
const inside = ['jemalloc', 'mimalloc', 'bump'];

function withoutTrace(expected: Expected, tags: Set<string>): Expected | undefined {
  const bump = tags.has('bump');
  const unseen =
    (bump && tags.has('inlined')) || (tags.has('stripped') && inside.some((name) => tags.has(name)));
  if (!unseen) return expected;
  if (expected.released?.startsWith('rust')) return undefined;
  if (expected.allocated !== 'rust') return expected;
  const { released } = expected;
  return { code: 'CF003', ...(released && { released }), details: { where: bump ? 'static' : 'mapped' } };
}
