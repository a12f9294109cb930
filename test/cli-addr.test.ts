/** `crossfree addr` as a person starts it. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Addr } from '../src/model/index.ts';
import { packageRoot } from '../src/plan/installation.ts';
import { CROSSFREE, crossfree } from './crossfree.ts';

/** Says where its blocks lie, and waits until its input ends. */
const SOURCE = `
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
__attribute__((noinline)) static void *take(size_t size) { void *volatile block = malloc(size); return block; }
int main(void) {
  char *small = take(100), *gone = take(2000), *large = take(1 << 20), *wall = take(40), byte;
  free(gone);
  printf("%d %p %p %p %p\\n", getpid(), (void *)small, (void *)gone, (void *)large, (void *)wall);
  fflush(stdout);
  return read(0, &byte, 1) < 0;
}`;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crossfree-addr-'));
  writeFileSync(join(folder, 'blocks.c'), SOURCE);
  execFileSync('gcc', ['-O1', '-g', '-w', '-o', join(folder, 'blocks'), join(folder, 'blocks.c')]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the program, calls back while it waits, and ends it. */
async function whileItWaits(
  command: [string, ...string[]],
  look: (pid: string, blocks: bigint[]) => void,
): Promise<void> {
  const [program, ...args] = command;
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'] });
  try {
    const line = await new Promise<string>((got, failed) => {
      child.stdout.once('data', (bytes) => got(String(bytes)));
      child.once('error', failed);
      child.once('exit', () => failed(new Error('it ended')));
    });
    const [pid = '', ...blocks] = line.trim().split(' ');
    look(pid, blocks.map(BigInt));
  } finally {
    child.stdin.end();
    await new Promise((ended) => (child.exitCode === null ? child.once('exit', ended) : ended(0)));
  }
}

function addr(pid: string, address: bigint): Addr {
  const { stdout, stderr } = crossfree(['addr', `0x${address.toString(16)}`, '--pid', pid, '--json']);
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout);
}

const validAddr = () =>
  new Ajv().compile(JSON.parse(readFileSync(join(packageRoot(), 'schemas/addr.schema.json'), 'utf8')));

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

  it('names the block of a process that crossfree observes: world, size, state and birth', async () => {
    await whileItWaits([process.execPath, CROSSFREE, 'run', '--', join(folder, 'blocks')], (pid, blocks) => {
      const [small = 0n, gone = 0n, large = 0n] = blocks;
      const inside = addr(pid, small + 60n);
      expect(validAddr()(inside)).toBe(true);
      const [ledger] = inside.blocks ?? [];
      expect(ledger).toMatchObject({ from: 'ledger', world: 'c', size: 100, offset: 60, state: 'live' });
      expect(BigInt(ledger?.start ?? 0)).toBe(small);
      expect(ledger?.birth?.stack.map((frame) => frame.function).slice(0, 2)).toEqual(['take', 'main']);
      expect(addr(pid, gone).blocks?.[0]).toMatchObject({ from: 'ledger', size: 2000, state: 'released' });
      const [deep] = addr(pid, large + 1_000_000n).blocks ?? [];
      expect(deep).toMatchObject({ from: 'ledger', size: 1 << 20, offset: 1_000_000, state: 'live' });
      const beyond = addr(pid, small + 104n);
      expect(beyond.blocks?.filter(({ from }) => from === 'ledger')).toEqual([]);
      expect(beyond.notes?.join()).toContain('4 bytes behind the end');
    });
  });

  it('names the block of any process on glibc, by the words of its heap', async () => {
    await whileItWaits([join(folder, 'blocks')], (pid, blocks) => {
      const [small = 0n, gone = 0n, large = 0n] = blocks;
      expect(addr(pid, small + 8n).blocks).toMatchObject([
        { from: 'glibc', size: 104, offset: 8, state: 'live', chunk: { size: 112, flags: ['PREV_INUSE'] } },
      ]);
      expect(addr(pid, gone).blocks).toMatchObject([{ from: 'glibc', offset: 0, state: 'free' }]);
      expect(addr(pid, large + 5000n).blocks).toMatchObject([
        { from: 'glibc', offset: 5000, state: 'live', chunk: { flags: ['IS_MMAPPED'] } },
      ]);
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
