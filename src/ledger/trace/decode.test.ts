import { describe, expect, it } from 'vitest';
import { decode } from './decode.ts';
import { BLOCK_SIZE, Form, Kind, TraceBlock } from './format.ts';

/** A block that was begun at tick 1000 by thread 7, with these bytes in it. */
function block(...events: number[][]): Buffer {
  const bytes = Buffer.alloc(BLOCK_SIZE);
  bytes.writeBigUInt64LE(1000n, TraceBlock.fields.ticks.offset);
  bytes.writeBigUInt64LE(7n, TraceBlock.fields.thread.offset);
  bytes.set(events.flat(), TraceBlock.size);
  return bytes;
}

const little = (value: number | bigint, length: number) =>
  Array.from({ length }, (_, index) => Number((BigInt(value) >> BigInt(8 * index)) & 255n));
/** Distance in units of 16 bytes. */
const release = (distance: number) => little(Form.release | ((distance + 2 ** 21) << 2), 3);
const birth = (distance: number, slot: number, size: number) =>
  little(
    BigInt(Form.birth) | (BigInt(distance + 2 ** 21) << 2n) | (BigInt(slot) << 24n) | (BigInt(size) << 34n),
    6,
  );
const ticks = (count: number) => little(Form.ticks | (count << 2), 2);
const site = (slot: number, word: number) => [Kind.site << 2, ...little(slot, 2), ...little(word, 4)];
const far = (address: number, size: number, word: number) => [
  Kind.farBirth << 2,
  ...little(address, 8),
  ...little(size, 8),
  ...little(word, 4),
];

const WORD = (500 << 12) | (3 << 6);

describe('the events of a block', () => {
  it('have addresses by their distance from the one before, and sites by slot', () => {
    const events = [
      ...decode(block(far(0x7f0000001000, 2 ** 33, WORD), site(9, WORD), birth(-2, 9, 16_383), release(2))),
    ];
    expect(events).toEqual([
      { kind: 'birth', time: 1000, thread: 7, address: 0x7f0000001000, size: 2 ** 33, site: 500, world: 3 },
      { kind: 'birth', time: 1000, thread: 7, address: 0x7f0000000fe0, size: 16_383, site: 500, world: 3 },
      { kind: 'release', time: 1000, thread: 7, address: 0x7f0000001000, size: 0, site: 0, world: 0 },
    ]);
  });

  it('are spread between two readings of the clock that are near, and before a pause come at the first', () => {
    const four = [site(1, WORD), birth(1, 1, 8), release(0), birth(0, 1, 8), release(0)];
    const times = (bytes: Buffer) => [...decode(bytes)].map(({ time }) => time);
    expect(times(block(ticks(5), ...four, ticks(40), ...four))).toEqual([
      1005, 1015, 1025, 1035, 1045, 1045, 1045, 1045,
    ]);
    expect(times(block(ticks(5), ...four, ticks(16_000), ...four)).slice(0, 5)).toEqual([
      1005, 1005, 1005, 1005, 17_005,
    ]);
  });

  it('forget addresses and sites where another thread goes on', () => {
    const bytes = block(
      site(1, WORD),
      birth(4, 1, 8),
      [Kind.thread << 2, ...little(8, 4)],
      release(4),
      birth(0, 1, 8),
    );
    expect([...decode(bytes)]).toMatchObject([
      { thread: 7, address: 64 },
      { thread: 8, address: 64, kind: 'release' },
    ]);
  });

  it.each([
    ['a kind that there is not', [Kind.retag + 1].map((kind) => kind << 2)],
    ['a slot that nothing was put into', birth(0, 77, 8)],
    ['a zero', [0, ...release(1)]],
  ])('end at %s', (_, bytes) => {
    expect([...decode(block(release(3), bytes, release(1)))]).toHaveLength(1);
  });
});
