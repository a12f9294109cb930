import { HOSTILE } from '../../src/report/hostile.fixture.ts';

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const NUMBERS = [
  0,
  -0,
  -1,
  0.5,
  1,
  2,
  255,
  65536,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  2 ** 64,
  -(2 ** 63),
  1e21,
  1e308,
  5e-324,
];
const TEXTS = [
  '',
  ' ',
  '\n',
  '0x',
  '0xzz',
  '0xffffffffffffffff',
  '-0x1',
  'NaN',
  'Infinity',
  '1e999',
  'null',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '../../../etc/passwd',
  '/etc/shadow',
  '\ud800',
  '\u202etxt.exe',
  '\u001b]0;title\u0007\u001b[2J',
  '%s%n{}$&$1',
  'CF001',
  'SIGSEGV',
  'clean',
  'unrecorded',
  HOSTILE,
  '::'.repeat(2000),
  '<'.repeat(5000),
  'core::ptr::drop_in_place::<'.repeat(400),
  `${'a'.repeat(50_000)}::{closure#0}`,
  'a b '.repeat(20_000),
];
const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'length', 'stack', 'then', 'toJSON', ''];

type Change = (place: Place, pick: Pick) => void;
type Pick = <T>(from: readonly T[]) => T;

/** A member of an object or array, to be changed. */
interface Place {
  holder: Record<string, Json>;
  name: string;
}

/** Of the same type as before, so that it is taken more often than not. */
const alike: Change = ({ holder, name }, pick) => {
  const was = holder[name];
  if (typeof was === 'string') holder[name] = pick(TEXTS);
  else if (typeof was === 'number') holder[name] = pick(NUMBERS);
  else if (typeof was === 'boolean') holder[name] = !was;
  else if (Array.isArray(was))
    holder[name] = pick([[], [...was].reverse(), was.slice(1), many(was, pick([2, 300]))]);
  else if (was !== null && was !== undefined)
    holder[name] = pick([{}, { ...was }, withName(was, pick(NAMES), pick(TEXTS))]);
};

const unlike: Change = ({ holder, name }, pick) => {
  holder[name] = pick<Json>([
    null,
    true,
    {},
    [],
    [null],
    [[]],
    [{}],
    { length: 3 },
    pick(TEXTS),
    pick(NUMBERS),
    deep(pick([3, 60, 1000])),
  ]);
};

const gone: Change = ({ holder, name }) => {
  if (Array.isArray(holder)) holder.splice(Number(name), 1);
  else delete holder[name];
};

const renamed: Change = ({ holder, name }, pick) => {
  const was = holder[name] as Json;
  if (Array.isArray(holder)) return;
  delete holder[name];
  Object.defineProperty(holder, pick(NAMES), {
    value: was,
    enumerable: true,
    configurable: true,
    writable: true,
  });
};

function withName(value: { [name: string]: Json }, name: string, text: Json): Json {
  return JSON.parse(
    `${JSON.stringify(value).slice(0, -1)}${Object.keys(value).length > 0 ? ',' : ''}${JSON.stringify(name)}:${JSON.stringify(text)}}`,
  );
}

function many(list: Json[], times: number): Json[] {
  return Array.from({ length: list.length * times }, (_, index) => list[index % list.length] as Json);
}

function deep(levels: number): Json {
  let value: Json = [];
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { stack: value };
  return value;
}

/** A copy of a value, changed in one to four places, or with a part of another value in it. */
export function mutated(value: Json, other: Json, next: () => number): Json {
  const pick: Pick = (from) => from[Math.floor(next() * from.length)] as (typeof from)[number];
  const root = { value: structuredClone(value) };
  for (let changes = 1 + Math.floor(next() * 4); changes > 0; changes--) {
    const places = placesIn(root);
    const place = pick(places);
    if (!place) continue;
    const foreign: Change = ({ holder, name }) => {
      const from = pick(placesIn({ other }));
      holder[name] = structuredClone(from?.holder[from.name] as Json);
    };
    pick([alike, alike, alike, alike, unlike, gone, renamed, foreign])(place, pick);
  }
  return root.value;
}

function placesIn(root: Record<string, Json>): Place[] {
  const places: Place[] = [];
  const waiting: Json[] = [root];
  for (let holder = waiting.pop(); holder !== undefined; holder = waiting.pop()) {
    if (typeof holder !== 'object' || holder === null) continue;
    for (const [name, member] of Object.entries(holder)) {
      places.push({ holder: holder as Record<string, Json>, name });
      if (typeof member === 'object') waiting.push(member);
    }
    if (places.length > 20_000) break;
  }
  return places;
}
