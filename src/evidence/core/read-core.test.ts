import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NoEvidence } from '../read-evidence.ts';
import { type CoreParts, coreFile, filesNote, note, signalNote, threadNote } from './core.fixture.ts';
import { readCore } from './read-core.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crossfree-core-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function read(bytes: Buffer) {
  const path = join(folder, 'core');
  writeFileSync(path, bytes);
  return readCore(path);
}

const CODE = 0x400000n;
const STACK = 0x7ff000000000n;

/** `mov %rax,8(%rdi)` in a function that a frame pointer leads out of. */
function parts(): CoreParts & { notes: Buffer[] } {
  const code = Buffer.alloc(64, 0x90);
  code.set([0x48, 0x89, 0x47, 0x08], 16);
  const stack = Buffer.alloc(256);
  stack.writeBigUInt64LE(STACK + 96n, 64); // the caller's frame pointer
  stack.writeBigUInt64LE(CODE + 40n, 72); // and where it goes on
  return {
    segments: [
      { start: CODE, size: 64n, bytes: code, flags: 5 },
      { start: STACK, size: 256n, bytes: stack },
    ],
    notes: [
      threadNote(7, 11, { rip: CODE + 16n, rsp: STACK, rbp: STACK + 64n, rdi: 0x20n }),
      signalNote(11, 1, 0x28n),
      threadNote(8, 11, { rip: CODE, rsp: STACK + 128n }),
    ],
  };
}

describe('readCore', () => {
  it('tells signal, code, address, access, instruction, registers, stack and the other threads', async () => {
    const told = await read(coreFile(parts()));
    expect(told).toMatchObject({
      source: 'core',
      complete: true,
      outcome: { kind: 'signal', signal: 'SIGSEGV' },
      fault: {
        signal: 'SIGSEGV',
        signalCode: 'SEGV_MAPERR',
        address: '0x28',
        access: 'write',
        instruction: {
          address: '0x400010',
          bytes: '48894708',
          text: 'mov %rax,0x8(%rdi)',
          operand: '0x8(%rdi) = 0x28',
        },
        registers: { rdi: '0x20', rsp: '0x7ff000000000' },
        stack: [{ offset: '0x400010' }, { offset: '0x400028' }],
      },
      threads: [{ thread: 8, stack: [{ offset: '0x400000' }] }],
    });
    expect(told.unknown?.map(({ what }) => what).join()).toContain('no rule leads outwards');
  });

  it('finds the address that the kernel does not say, where no memory can be', async () => {
    const given = parts();
    given.notes = [
      threadNote(7, 11, { rip: CODE + 16n, rsp: STACK, rdi: 0xdead000000000000n }),
      signalNote(11, 128, 0n),
    ];
    expect((await read(coreFile(given))).fault).toMatchObject({
      signalCode: 'SI_KERNEL',
      address: '0xdead000000000008',
      access: 'write',
    });
  });

  it('a call to nowhere: the caller is the frame that called', async () => {
    const given = parts();
    const stack = Buffer.alloc(64);
    stack.writeBigUInt64LE(CODE + 30n, 0);
    given.segments?.splice(1, 1, { start: STACK, size: 64n, bytes: stack });
    given.notes = [threadNote(7, 11, { rip: 0n, rsp: STACK }), signalNote(11, 1, 0n)];
    const { fault } = await read(coreFile(given));
    expect([fault?.access, fault?.stack?.map(({ offset }) => offset)]).toEqual([
      'execute',
      ['0x0', '0x40001e'],
    ]);
  });

  it('the thread that took the signal is told, wherever it stands; a picture of a living process ends in none', async () => {
    const given = parts();
    given.notes = [threadNote(1, 0, { rip: CODE }), threadNote(2, 6, { rip: CODE + 1n })];
    const told = await read(coreFile(given));
    expect([told.outcome, told.threads?.[0]?.thread]).toEqual([{ kind: 'signal', signal: 'SIGABRT' }, 1]);
    given.notes = [threadNote(1, 0, { rip: CODE })];
    expect((await read(coreFile(given))).outcome).toBeUndefined();
  });

  it('a core that is cut off says so, and what was read stays', async () => {
    const given = parts();
    given.segments?.push({ start: 0x10000000n, size: 4096n, fileSize: 4096n, offset: 1n << 30n });
    const told = await read(coreFile(given));
    expect([told.complete, told.fault?.address]).toEqual([false, '0x28']);
  });

  it('more segments than a header can count', async () => {
    const given = parts();
    for (let index = 0; index < 66_000; index++)
      given.segments?.push({ start: 0x10000000n + BigInt(index) * 8192n, size: 4096n });
    expect((await read(coreFile(given))).fault?.instruction?.text).toBe('mov %rax,0x8(%rdi)');
  });
});

describe('what is no core that can be read', () => {
  const head = (change: (bytes: Buffer) => void) => {
    const bytes = coreFile(parts());
    change(bytes);
    return bytes;
  };
  it.each([
    ['ARM', head((bytes) => bytes.writeUInt16LE(183, 18)), 'aarch64'],
    ['32-bit', head((bytes) => bytes.writeUInt8(1, 4)), '(32-bit)'],
    ['big-endian', head((bytes) => bytes.writeUInt8(2, 5)), 'it is a core dump'],
    ['a header alone', head(() => {}).subarray(0, 64), 'the program headers lies outside'],
    ['half a header', head(() => {}).subarray(0, 40), 'broken'],
    ['headers of another size', head((bytes) => bytes.writeUInt16LE(1, 54)), 'a program header'],
    ['headers far away', head((bytes) => bytes.writeBigUInt64LE(1n << 62n, 32)), 'the program headers'],
    ['no segment', head((bytes) => bytes.writeUInt16LE(0, 56)), 'no thread stands in it'],
    [
      'zeros behind the header',
      Buffer.concat([coreFile(parts()).subarray(0, 64), Buffer.alloc(100_000)]),
      'no thread',
    ],
    ['nothing', Buffer.alloc(0), 'no core dump'],
  ])('%s: a clear error', async (_what, bytes, says) => {
    await expect(read(bytes)).rejects.toThrow(NoEvidence);
    await expect(read(bytes)).rejects.toThrow(says);
  });

  it('a count of segments that no file has', async () => {
    const bytes = coreFile({ ...parts(), count: 0xffff });
    bytes.writeBigUInt64LE(64n, 40);
    bytes.writeUInt32LE(0xffff_ffff, 64 + 44);
    await expect(read(bytes)).rejects.toThrow(NoEvidence);
  });

  it('notes that lie about their sizes, and files that cannot be', async () => {
    const huge = note(1, Buffer.alloc(8));
    huge.writeUInt32LE(0xffff_fff0, 4);
    const named = note(1, Buffer.alloc(8));
    named.writeUInt32LE(0xffff_ffff, 0);
    const count = Buffer.alloc(16);
    count.writeBigUInt64LE(1n << 60n, 0);
    for (const wrong of [huge, named]) {
      const given = { ...parts(), notes: [...parts().notes, wrong] };
      expect((await read(coreFile(given))).fault?.address).toBe('0x28');
    }
    const given = {
      ...parts(),
      notes: [
        ...parts().notes,
        note(0x46494c45, count),
        filesNote([{ start: 5n, end: 1n, page: 0n, path: '/dev/zero' }]),
        filesNote([{ start: CODE, end: CODE + 64n, page: 0n, path: '/dev/tty' }]),
      ],
    };
    expect((await read(coreFile(given))).fault?.address).toBe('0x28');
  });
});

/** A small generator, so that a failure comes back. */
function random(seed: number) {
  let state = seed;
  return (limit: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

/** A program's file as it stands in memory, so that its unwind table is read; its path leads nowhere. */
function withProgram(): Buffer {
  const file = readFileSync('/bin/true');
  const headers = Array.from({ length: file.readUInt16LE(56) }, (_, index) => 64 + index * 56);
  const loads = headers.filter((at) => file.readUInt32LE(at) === 1);
  const base = 0x500000000000n;
  const segments = loads.map((at) => {
    const [offset, address] = [Number(file.readBigUInt64LE(at + 8)), file.readBigUInt64LE(at + 16)];
    const bytes = Buffer.from(file.subarray(offset, offset + Number(file.readBigUInt64LE(at + 32))));
    return {
      start: base + address,
      size: file.readBigUInt64LE(at + 40),
      bytes,
      flags: file.readUInt32LE(at + 4),
    };
  });
  const code = segments.find(({ flags }) => (flags & 1) !== 0);
  const end = base + 0x100000n;
  const rip = (code?.start ?? 0n) + 2000n;
  const stack = Buffer.alloc(4096);
  for (let at = 0; at < 4096; at += 8) stack.writeBigUInt64LE(rip + BigInt(at), at);
  return coreFile({
    segments: [...segments, { start: STACK, size: 4096n, bytes: stack }],
    notes: [
      threadNote(7, 11, { rip, rsp: STACK, rbp: STACK + 64n }),
      signalNote(11, 1, 0x28n),
      filesNote([{ start: base, end, page: 0n, path: '/nonexistent/true' }]),
    ],
  });
}

it('a module whose file is gone is followed by the unwind table in memory, and said to be gone', async () => {
  const { fault, unknown } = await read(withProgram());
  expect(fault?.stack?.[0]).toMatchObject({ module: '/nonexistent/true' });
  expect(fault?.stack?.length).toBeGreaterThan(1);
  expect(unknown?.[0]?.what).toMatch(/\/nonexistent\/true, which is gone \(build id [0-9a-f]{40}\)/);
});

it.each([
  ['of a few segments', () => coreFile(parts()), 500],
  ['with a program in it', withProgram, 300],
])('bytes changed, cut and doubled %s end in a testimony or in NoEvidence', async (_what, make, rounds) => {
  const next = random(7);
  const whole = make();
  for (let round = 0; round < rounds; round++) {
    let bytes = Buffer.from(whole);
    for (let change = next(8); change >= 0; change--) {
      const at = next(bytes.length || 1);
      const way = next(20);
      if (way === 0) bytes = bytes.subarray(0, at);
      else if (way === 1)
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(next(bytes.length || 1))]);
      else if (way < 8 && at + 4 <= bytes.length) bytes.writeUInt32LE(0xffff_ffff, at);
      else if (way < 14) bytes[next(Math.min(bytes.length, 2048) || 1)] = next(256);
      else bytes[at] = next(256);
    }
    try {
      await read(bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(NoEvidence);
    }
  }
});
