import { describe, expect, it } from 'vitest';
import { C, CXX, crossFree, DELETE, FREE, OTHER_RUST, REALLOC, RUST, run, usual } from './run.fixture.ts';

describe('a finding', () => {
  it('tells a cross-free whole', async () => {
    const { verdict, findings, arrangement } = await run(
      usual()
        .finding(crossFree)
        .slot(100, 100, { [RUST]: 1 }),
    );
    expect(verdict).toBe('latent');
    expect(arrangement).toEqual({ c: 'glibc', rust: 'glibc' });
    expect(findings).toEqual([
      {
        code: 'CF001',
        kind: 'cross-free',
        certainty: 'proven',
        message: 'a 64-byte block from C malloc was released by Rust',
        count: 1,
        worlds: { allocated: 'c', released: 'rust' },
        block: { address: '0x550010', size: 64 },
        birth: {
          thread: 1,
          via: 'malloc',
          stack: [
            { module: '/x/app', offset: '0x1000' },
            { module: '/x/app', offset: '0x2000' },
          ],
        },
        death: { thread: 1, via: '__rust_dealloc', stack: [{ module: '/x/app', offset: '0x3000' }] },
        detail: { act: 'equivalent', sameAllocator: true },
      },
    ]);
  });

  it('tells a reallocation across worlds', async () => {
    const raw = { ...crossFree, birth_world: RUST, release_world: C, function: REALLOC, size: 8 };
    const { findings } = await run(usual().finding(raw));
    expect(findings[0]?.message).toBe('an 8-byte block from Rust was reallocated by C realloc');
  });

  it('names Rust worlds by their modules where a process has several', async () => {
    const writer = usual()
      .world(OTHER_RUST, 4, 2)
      .finding({ ...crossFree, birth_world: RUST, release_world: OTHER_RUST })
      .slot(100, 100, { [OTHER_RUST]: 3 });
    const { findings, observed } = await run(writer);
    expect(findings[0]?.worlds).toEqual({ allocated: 'rust@app', released: 'rust@libfoo.so' });
    expect(findings[0]?.message).toBe('a 64-byte block from Rust in app was released by Rust in libfoo.so');
    expect(observed.allocations).toEqual({ 'rust@libfoo.so': 3 });
  });

  it('tells modules of one file name apart by their folders', async () => {
    const writer = usual()
      .module(7, '/a/plugin/libfoo.so', 0x70_0000, 0x71_0000)
      .world(6, 4, 7)
      .world(OTHER_RUST, 4, 2)
      .finding({ ...crossFree, birth_world: 6, release_world: OTHER_RUST });
    const { findings } = await run(writer);
    expect(findings[0]?.worlds).toEqual({ allocated: 'rust@plugin/libfoo.so', released: 'rust@x/libfoo.so' });
  });

  it('doubts findings that rest on shims recognised by their shape', async () => {
    const writer = usual()
      .world(OTHER_RUST, 4, 2, 2)
      .finding({ ...crossFree, release_world: OTHER_RUST });
    const { findings } = await run(writer);
    expect(findings[0]).toMatchObject({
      certainty: 'possible',
      detail: { reason: expect.stringContaining('libfoo.so has no symbols'), restsOn: '/x/libfoo.so' },
    });
  });

  it('doubts a module’s own operators against the global ones on the same allocator', async () => {
    const mixed = { ...crossFree, birth_world: CXX, release_world: 6, function: DELETE };
    const one = await run(usual().world(6, 2, 2, 1).finding(mixed));
    expect(one.findings[0]).toMatchObject({
      certainty: 'possible',
      worlds: { allocated: 'c++', released: 'c++@libfoo.so' },
      message: 'a 64-byte block from C++ new was released by C++ delete in libfoo.so',
    });
    const other = await run(
      usual()
        .world(6, 2, 2, 1)
        .finding({ ...mixed, same_allocator: 0 }),
    );
    expect(other.findings[0]?.certainty).toBe('proven');
  });

  it('tells a double free with what was kept of the first release', async () => {
    const raw = { ...crossFree, code: 2, act: 4, release_world: C, function: FREE, released_at: 0x10_4001 };
    const { verdict, findings } = await run(usual().finding(raw));
    expect(verdict).toBe('healed');
    expect(findings[0]).toMatchObject({
      code: 'CF002',
      message: 'a 64-byte block from C malloc was released by C free after it had been released',
      detail: { act: 'prevented', released: { stack: [{ module: '/x/app', offset: '0x4000' }] } },
    });
  });

  it.each([
    [1, { pointer: 0x55_0018 }, 'C free was given a pointer 8 bytes inside a 64-byte block from C malloc'],
    [1, { pointer: 0x55_0011 }, 'C free was given a pointer 1 byte inside a 64-byte block from C malloc'],
    [2, { block: 0 }, 'C free was given a pointer to a stack, which no allocator handed out'],
    [
      3,
      { block: 0, where_module: 2 },
      'C free was given a pointer to static data of libfoo.so, which no allocator handed out',
    ],
    [4, { block: 0 }, 'C free was given a pointer to mapped memory that no allocator handed out'],
    [5, { block: 0 }, 'C free was given a pointer to where no memory is'],
  ])('tells an invalid free of place %i', async (where, fields, message) => {
    const raw = { ...crossFree, code: 3, act: 4, release_world: C, function: FREE, where, ...fields };
    const { findings } = await run(usual().finding(raw));
    expect(findings[0]?.message).toBe(message);
    expect(findings[0]?.worlds).toEqual(where === 1 ? { allocated: 'c', released: 'c' } : { released: 'c' });
  });

  it('tells a layout mismatch with both layouts', async () => {
    const raw = {
      ...crossFree,
      code: 4,
      birth_world: RUST,
      size: 560,
      alignment: 1,
      given_size: 44800,
      given_alignment: 8,
    };
    const { findings } = await run(usual().finding(raw));
    expect(findings[0]).toMatchObject({
      code: 'CF004',
      message:
        'a 560-byte block from Rust was released by Rust as if it were 44800 bytes, aligned to 8 instead of 1',
      detail: { expected: { size: 560, alignment: 1 }, actual: { size: 44800, alignment: 8 } },
    });
  });

  it('finds two owners silent', async () => {
    const raw = {
      ...crossFree,
      code: 11,
      act: 1,
      other_block: 0x55_0000,
      other_size: 32,
      other_stack: 129,
      death_stack: 0,
    };
    const { verdict, findings } = await run(usual().finding({ ...raw, birth_stack: 128 }));
    expect(verdict).toBe('silent');
    expect(findings[0]).toMatchObject({
      message: 'C malloc handed out a 64-byte block that overlaps a 32-byte block which is still live',
      worlds: { allocated: 'c' },
      detail: { other: { block: { address: '0x550000', size: 32 }, birth: { via: 'free' } } },
    });
    expect(findings[0]?.death).toBeUndefined();
  });
});
