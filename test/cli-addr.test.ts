/** `crossfree addr` as a person starts it. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { crossfree } from './crossfree.ts';

describe('crossfree addr', () => {
  it('splits an address with four and with five levels', () => {
    const { stdout, status } = crossfree(['addr', '0x7fab8c3d2150']);
    expect(status).toBe(0);
    expect(stdout).toContain('4 levels  PML4 0x0ff  PDPT 0x0ae  PD 0x061  PT 0x1d2  offset 0x150  canonical');
    expect(stdout).toContain('5 levels  PML5 0x000');
  });

  it('names the mapping in a live process', () => {
    const maps = readFileSync(`/proc/${process.pid}/maps`, 'utf8');
    const stack = /^([0-9a-f]+)-.*\[stack\]$/m.exec(maps)?.[1];
    const { stdout } = crossfree(['addr', `0x${stack}`, '--pid', String(process.pid), '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'crossfree/addr@1',
      address: `0x${stack}`,
      walks: [{ levels: 4 }, { levels: 5 }],
      mapping: { name: '[stack]', offset: '0x0' },
    });
  });

  it.each([
    [['addr', 'heap'], '`addr` expects a hexadecimal address'],
    [['addr', '0x12345678901234567'], '`addr` expects a hexadecimal address'],
    [['addr', '0x1', '--pid', '-1'], '`--pid` expects the number of a process'],
    [['addr', '0x1', '--pid', '4194399'], '`--pid` expects a process of yours'],
    [['addr'], 'missing required argument `address`'],
  ])('refuses %j', (args, words) => {
    const { stdout, stderr, status } = crossfree(args);
    expect(stderr).toContain(words);
    expect(stdout).toBe('');
    expect(status).toBe(2);
  });
});
