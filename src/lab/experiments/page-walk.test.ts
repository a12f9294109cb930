import { describe, expect, it } from 'vitest';
import { walkOf } from '../../evidence/page-walk.ts';
import { answersOf, type Measurement, pageOf, placesOf } from './page-walk.ts';

const STDOUT = `place small-block 0x55cd332f5be0
place large-block 0x7f0000000010
place stack 0x7ffc00000010
55cd332f5000-55cd33316000 rw-p 00000000 00:00 0                          [heap]
7f0000000000-7f0000101000 rw-p 00000000 00:00 0 
7ffc00000000-7ffc00021000 rw-p 00000000 00:00 0                          [stack]
`;

const measurement = (stdout = STDOUT): Measurement => ({
  address: '0x00007fab8c3d2150',
  places: placesOf(stdout),
});

const verdicts = (walk?: typeof walkOf) =>
  Object.values(answersOf(measurement(), walk)).map(({ verdict }) => verdict);

describe('the answers of page-walk', () => {
  it('refute the first three indices and the heap region', () => {
    expect(verdicts()).toEqual(['refuted', 'refuted', 'refuted', 'holds', 'holds', 'refuted']);
    expect(answersOf(measurement()).pml4.measured).toBe('0x0ff');
    expect(answersOf(measurement()).pdpt.measured).toBe('0x0ae');
    expect(answersOf(measurement()).pd.measured).toBe('0x061');
  });

  it('turn when the decoder has a wrong constant', () => {
    const eightBits: typeof walkOf = (address, levels) => {
      const walk = walkOf(address, levels);
      return { ...walk, pt: walk.pt & 0xff, offset: walk.offset >> 1 };
    };
    expect(verdicts(eightBits)).toEqual(['refuted', 'refuted', 'refuted', 'refuted', 'refuted', 'refuted']);
  });

  it('hold where all blocks, and nothing else, lie in the region', () => {
    const moved = STDOUT.replace('0x55cd332f5be0', '0x7f0000000100').replace(
      '0x7ffc00000010',
      '0x55cd332f5be0',
    );
    expect(answersOf(measurement(moved))['heap-region'].verdict).toBe('holds');
  });
});

it('names the mapping of each place', () => {
  expect(measurement().places.map(({ mapping }) => mapping)).toEqual(['[heap]', 'anonymous', '[stack]']);
  expect(() => placesOf('nothing')).toThrow('told no places');
});

it('shows each place with its indices', () => {
  const [table] = pageOf(measurement()).flatMap((block) => (block.kind === 'table' ? [block] : []));
  expect(table?.rows[1]).toEqual([
    'small-block',
    '0x55cd332f5be0',
    '0x0ab',
    '0x134',
    '0x199',
    '0x0f5',
    '0xbe0',
    '[heap]',
  ]);
});
