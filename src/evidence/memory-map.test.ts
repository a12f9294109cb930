import { expect, it } from 'vitest';
import { mappingOf, readMaps } from './memory-map.ts';

const TEXT = `55cd332f5000-55cd33316000 rw-p 00000000 00:00 0                          [heap]
7f0000000000-7f0000021000 rw-p 00000000 00:00 0 
7f0a00028000-7f0a001bd000 r-xp 00028000 fe:00 1234   /lib/a file with spaces.so
garbage
`;

it('reads names, permissions and offsets, and leaves out what is no mapping', () => {
  const maps = readMaps(TEXT);
  expect(maps.map(({ name, permissions }) => [permissions, name])).toEqual([
    ['rw-p', '[heap]'],
    ['rw-p', ''],
    ['r-xp', '/lib/a file with spaces.so'],
  ]);
  expect(maps[2]?.offset).toBe(0x28000n);
});

it('finds the mapping of an address, whose end is not in it', () => {
  const maps = readMaps(TEXT);
  expect(mappingOf(maps, 0x55cd332f5be0n)?.name).toBe('[heap]');
  expect(mappingOf(maps, 0x55cd33316000n)).toBeUndefined();
});
