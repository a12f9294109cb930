import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CoreImage } from '../../src/evidence/core/core-image.ts';
import { heapAccount } from '../../src/evidence/heap/account.ts';
import type { MemoryImage } from '../../src/evidence/heap/memory.ts';
import { pointersOf } from '../../src/evidence/heap/pointers.ts';
import { canMakeCores, coreOf } from './make-core.ts';

const ROUNDS = 40;
/** Eight bytes out of so many are changed. */
const DENSITY = 400;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crossfree-heap-fuzz-'));
  const source = fileURLToPath(new URL('crashes.c', import.meta.url));
  execFileSync('gcc', ['-w', '-g', '-O1', '-pthread', '-o', join(folder, 'crashes'), source]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A number that depends on the address and the round alone, so that memory says the same each time. */
function noise(address: bigint, round: number): number {
  let mixed = Number(address & 0xffff_ffffn) ^ Math.imul(round + 1, 0x9e3779b1);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** The same memory, in which words are wrong: small ones, enormous ones, and addresses that lead elsewhere. */
function damaged(image: MemoryImage, round: number): MemoryImage {
  const wrong = (address: bigint): bigint | undefined => {
    const number = noise(address, round);
    if (number % DENSITY !== 0) return undefined;
    const other = image.mappings[(number >>> 9) % image.mappings.length]?.start ?? 0n;
    return [0n, 0xffff_ffff_ffff_ffffn, BigInt(number), other + BigInt(number & 0xfff8), address][
      (number >>> 4) % 5
    ];
  };
  return {
    mappings: image.mappings,
    threads: image.threads,
    read(address, length) {
      const bytes = image.read(address, length);
      if (!bytes || length > 1 << 20) return bytes;
      const copy = Buffer.from(bytes);
      for (let at = Number(-address & 7n); at + 8 <= length; at += 8) {
        const value = wrong(address + BigInt(at));
        if (value !== undefined) copy.writeBigUInt64LE(value, at);
      }
      return copy;
    },
  };
}

const libraries = '/usr/lib/x86_64-linux-gnu';

describe.skipIf(!canMakeCores)(
  'a heap whose words are wrong (a kernel that writes cores, or gdb, makes it)',
  () => {
    it.each([
      ['glibc', undefined],
      ['jemalloc', join(libraries, 'libjemalloc.so.2')],
      ['mimalloc', join(libraries, 'libmimalloc.so.2.0')],
    ])('%s: the decoder comes to an end, and throws nothing', (name, library) => {
      if (library !== undefined && !existsSync(library)) return;
      const preload = library === undefined ? [] : ['env', `LD_PRELOAD=${library}`];
      const command = [...preload, join(folder, 'crashes'), 'stale', '1'];
      const image = new CoreImage(coreOf(command, join(folder, `${name}.core`)));
      const [thread] = image.notes.threads;
      const pointers = thread
        ? pointersOf(image.memory, undefined, thread.registers, image.stackOf(thread).frames)
        : [];
      expect(heapAccount(image.memory, pointers)?.places.length).toBeGreaterThan(0);
      for (let round = 0; round < ROUNDS; round++) {
        const account = heapAccount(damaged(image.memory, round), pointers);
        expect(account?.corruption.length ?? 0).toBeLessThanOrEqual(16);
      }
      image.close();
    });
  },
);
