import { describe, expect, it } from 'vitest';
import { CACHED, FORMS, type Form, processOf, released } from './forms.fixture.ts';
import { type GlibcHeap, readGlibcHeap } from './heap.ts';

const [old, room, newest] = ['2.41', '2.42', '2.43'].map((version) => FORMS[version] as Form) as [
  Form,
  Form,
  Form,
];

function heapOf(...[form, text]: Parameters<typeof processOf>): GlibcHeap {
  const reading = readGlibcHeap(processOf(form, text).image);
  if ('absent' in reading) throw new Error(reading.absent);
  return reading.heap;
}

describe.each(Object.entries(FORMS))('the heap of glibc %s', (version, form) => {
  it('is read whole', () => {
    const { image, cached } = processOf(form, released(version));
    const reading = readGlibcHeap(image);
    expect(reading).toMatchObject({ heap: { version, damages: [], notes: [] } });
    const { tcaches, arenas, parameters } = heapOf(form, released(version));
    expect(tcaches.map(({ bins }) => bins)).toEqual([
      [{ index: 1, chunkSize: CACHED, count: cached.length, entries: cached }],
    ]);
    expect(parameters?.tcacheCount).toBe(BigInt(form.fill));
    const states = arenas[0]?.chunks.map(({ state }) => state);
    expect(states).toEqual(['tcache-struct', 'tcache', 'tcache', 'tcache', 'used', 'top']);
  });

  it.each([1, -1])('does not add up where its cache counts %i', (by) => {
    const { image, miscount } = processOf(form, released(version));
    miscount(by);
    const reading = readGlibcHeap(image);
    const kinds = 'heap' in reading ? reading.heap.damages.map(({ kind }) => kind) : [];
    expect(kinds).toEqual(['count-mismatch']);
  });
});

it.each(['2.25', '2.44', '2.42.9000'])('nothing is read of %s', (version) => {
  for (const form of [old, newest])
    expect(readGlibcHeap(processOf(form, released(version)).image)).toEqual({
      unknown: true,
      absent: `the heap of glibc ${version} is not known here: 2.26 to 2.43 are`,
    });
});

it('nor where the form is not that of the version', () => {
  for (const [form, version] of [
    [newest, '2.42'],
    [newest, '2.36'],
    [room, '2.43'],
    [old, '2.43'],
  ] as const)
    expect(readGlibcHeap(processOf(form, released(version)).image)).toEqual({
      unknown: true,
      absent: `the heap of this glibc ${version} has not the form of that version`,
    });
});

it.each([
  ['2.41', old],
  ['2.42', room],
  ['2.43', newest],
])('the layout of %s is assumed where no version is told, and that is said', (version, form) => {
  const heap = heapOf(form, 'no words');
  expect(heap.version).toBeUndefined();
  expect(heap.damages).toEqual([]);
  expect(heap.tcaches).toHaveLength(1);
  expect(heap.notes).toEqual([`the version of glibc is not known: the layout of ${version} is assumed`]);
});
