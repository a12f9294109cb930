import { describe, expect, it } from 'vitest';
import { NoEvidence, readEvidence } from './read-evidence.ts';

const read = (text: string) => readEvidence(Buffer.from(text));
const first = (text: string) => {
  const [told] = read(text);
  if (!told) throw new Error('nothing was read');
  return told;
};

const VALGRIND = `==7== Memcheck, a memory error detector
==7== Command: ./uaf d
==7== Invalid write of size 8
==7==    at 0x1091AE: touch (uaf.c:4)
==7==    by 0x1091AF: main (uaf.c:12)
==7==  Address 0x4a43048 is 8 bytes inside a block of size 1,040 free'd
==7==    at 0x484417B: free (in /usr/libexec/valgrind/vgpreload_memcheck-amd64-linux.so)
==7==    by 0x1091A6: main (uaf.c:11)
==7==  Block was alloc'd at
==7==    at 0x48417B4: malloc (in /usr/libexec/valgrind/vgpreload_memcheck-amd64-linux.so)
==7==    by 0x109174: main (uaf.c:6)
==7== 
==7== Process terminating with default action of signal 11 (SIGSEGV)
==7==  Access not within mapped region at address 0x8
==7==    at 0x109161: touch (uaf.c:4)
==7== ERROR SUMMARY: 1 errors from 1 contexts (suppressed: 0 from 0)
`;

const ASAN = `==565==ERROR: AddressSanitizer: SEGV on unknown address 0x000000000008 (pc 0x559e bp 0x7ffc sp 0x7ffc T0)
==565==The signal is caused by a WRITE memory access.
    #0 0x559e3b45c20d in ns::touch(long*, char const*) /src/dir/uaf.cc:4:9
    #1 0x559e3b45c52c  (/src/uaf+0x152c) (BuildId: 0123abcd)
SUMMARY: AddressSanitizer: SEGV /src/uaf.cc:4 in touch
`;

const TSAN = `WARNING: ThreadSanitizer: data race (pid=612)
  Read of size 4 at 0x55f26dbf0054 by main thread:
    #0 main /src/race.c:4 (race+0x1241)

  Previous write of size 4 at 0x55f26dbf0054 by thread T1:
    #0 f /src/race.c:3 (race+0x11e8)

SUMMARY: ThreadSanitizer: data race /src/race.c:4 in main
`;

const STRACE = `[pid 9] mmap(NULL, 4096, PROT_READ) = 0x7f52
[pid 9] --- SIGSEGV {si_signo=SIGSEGV, si_code=SEGV_MAPERR, si_addr=NULL} ---
[pid 9] +++ killed by SIGSEGV (core dumped) +++
`;

const KERNEL = `[10886.0] driver[19414]: segfault at 3890 ip 00005618f044e6c4 sp 00007ffda847d5b0 error 6 in driver[476c4,5618f042d000+66000] likely on CPU 0
[10886.1] Code: 83 ec 28 <48> 8b 0c c1
`;

describe('readEvidence', () => {
  it("reads Valgrind's text: the act, the block, both other stacks and the signal", () => {
    const { complaints, fault, outcome, command } = first(VALGRIND);
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toMatchObject({
      code: 'CF007',
      block: { size: 1040 },
      act: { stack: [{ function: 'touch', file: 'uaf.c', line: 4 }, { line: 12 }] },
      birth: { stack: [{ function: 'malloc' }, { line: 6 }] },
      detail: {
        released: { stack: [{ function: 'free' }, { line: 11 }] },
        access: { kind: 'write', size: 8 },
      },
    });
    expect(fault).toMatchObject({ signal: 'SIGSEGV', address: '0x8', stack: [{ line: 4 }] });
    expect([outcome, command]).toEqual([{ kind: 'signal', signal: 'SIGSEGV' }, ['./uaf', 'd']]);
  });

  it('reads a signal that AddressSanitizer caught, names with blanks, and frames without names', () => {
    expect(first(ASAN).fault).toMatchObject({
      signal: 'SIGSEGV',
      address: '0x000000000008',
      access: 'write',
      stack: [
        { function: 'ns::touch(long*, char const*)', file: '/src/dir/uaf.cc', line: 4, column: 9 },
        { module: '/src/uaf', offset: '0x152c' },
      ],
    });
  });

  it('reads both sides of a race', () => {
    expect(first(TSAN).complaints).toMatchObject([
      {
        code: 'CF014',
        act: { stack: [{ function: 'main', file: '/src/race.c', line: 4 }] },
        detail: { previous: { stack: [{ function: 'f', line: 3 }] } },
      },
    ]);
  });

  it('reads undefined behaviour and leaks', () => {
    const [ub] = read(
      'ub.c:1:70: runtime error: signed integer overflow: 1 + 1\n    #0 0x5 in main /src/ub.c:1\n',
    );
    expect(ub).toMatchObject({
      source: 'ubsan',
      complaints: [{ code: 'CF015', act: { stack: [{ line: 1 }] } }],
    });
    const leak = read(
      '==2==ERROR: LeakSanitizer: detected memory leaks\n\nDirect leak of 7 byte(s) in 1 object(s) allocated from:\n    #0 0x5 in main /src/leak.c:2\nSUMMARY: AddressSanitizer: 7 byte(s) leaked.\n',
    );
    expect(leak.flatMap((one) => one.complaints)).toMatchObject([{ code: 'CF012', block: { size: 7 } }]);
  });

  it('reads the end in a log of strace, and is not misled by a signal that was handled', () => {
    expect(first(STRACE)).toMatchObject({
      fault: { signal: 'SIGSEGV', signalCode: 'SEGV_MAPERR', address: '0x0' },
      outcome: { kind: 'signal', signal: 'SIGSEGV' },
    });
    const handled = first(STRACE.replace('killed by SIGSEGV (core dumped)', 'exited with 0'));
    expect([handled.outcome, handled.fault]).toEqual([{ kind: 'exit', code: 0 }, undefined]);
  });

  it("reads the kernel's line: address, access, module and instruction bytes", () => {
    expect(first(KERNEL).fault).toEqual({
      signal: 'SIGSEGV',
      signalCode: 'SEGV_MAPERR',
      address: '0x3890',
      access: 'write',
      instruction: { address: '0x00005618f044e6c4', bytes: '488b0cc1' },
      stack: [{ module: 'driver', offset: '0x476c4' }],
    });
  });

  it('reads the last words of plain output', () => {
    expect(first('hello\nfree(): invalid pointer\nAborted (core dumped)\n')).toMatchObject({
      outcome: { kind: 'signal', signal: 'SIGABRT', message: 'free(): invalid pointer' },
      complaints: [{ code: 'CF003', certainty: 'possible' }],
    });
  });
});

const elf = (machine: number, type: number) => {
  const bytes = Buffer.alloc(64);
  bytes.write('\x7fELF', 'latin1');
  bytes.writeUInt16LE(type, 16);
  bytes.writeUInt16LE(machine, 18);
  return bytes;
};

describe('what is no evidence', () => {
  it.each([
    ['nothing', Buffer.alloc(0), 'empty'],
    ['zeros', Buffer.alloc(1 << 20), 'no text'],
    ['a core of ARM', elf(183, 4), '64-bit ARM'],
    ['a 32-bit core', elf(3, 4), '32-bit x86'],
    ['a program', elf(62, 3), 'a program or library'],
    ['a compressed file', Buffer.from([0x1f, 0x8b, 8, 0]), 'gunzip'],
    ['a letter', Buffer.from('Dear all,\nnothing happened.\n'), 'nothing in it tells of a crash'],
  ])('%s gives a clear error', (_what, bytes, says) => {
    expect(() => readEvidence(bytes)).toThrow(NoEvidence);
    expect(() => readEvidence(bytes)).toThrow(says);
  });

  it('entities that grow are not expanded', () => {
    const bomb = `<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><valgrindoutput><error><kind>InvalidRead</kind><what>&b;&b;</what></error></valgrindoutput>`;
    const [told] = read(bomb);
    expect(told?.complaints.map((one) => one.message.length <= 16)).toEqual([true]);
  });

  it('an enormous report is cut, not kept whole', () => {
    const deep = `==1== Memcheck\n==1== Invalid read of size 8\n${'==1==    by 0x1: f (a.c:1)\n'.repeat(50_000)}`;
    expect(first(deep).complaints[0]?.act?.stack.length).toBeLessThanOrEqual(256);
    expect(
      first(`==1== Memcheck\n${'==1== Invalid read of size 8\n'.repeat(50_000)}`).complaints.length,
    ).toBe(1000);
  });
});

describe('every reader', () => {
  /** A small generator, so that a failure comes back. */
  function random(seed: number) {
    let state = seed;
    return (limit: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state % limit;
    };
  }
  const XML = `<valgrindoutput><args><argv><exe>./a</exe></argv></args><error><kind>InvalidFree</kind><what>x</what><stack><frame><fn>f</fn><line>1</line></frame></stack><auxwhat>Address 0x1 is 0 bytes inside a block of size 4 free'd</auxwhat></error><fatal_signal><signame>SIGSEGV</signame><stack><frame/></stack></fatal_signal></valgrindoutput>`;

  it.each([
    ['Valgrind', VALGRIND],
    ['Valgrind XML', XML],
    ['AddressSanitizer', ASAN],
    ['ThreadSanitizer', TSAN],
    ['strace', STRACE],
    ['the kernel', KERNEL],
  ])('%s: bytes changed, cut and doubled end in a testimony or in NoEvidence', (_tool, text) => {
    const next = random(20);
    for (let round = 0; round < 400; round++) {
      let bytes = Buffer.from(text);
      for (let change = next(6); change >= 0; change--) {
        const at = next(bytes.length || 1);
        const way = next(3);
        if (way === 0) bytes = bytes.subarray(0, at);
        else if (way === 1) bytes[at] = next(256);
        else bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(next(bytes.length || 1))]);
      }
      try {
        readEvidence(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(NoEvidence);
      }
    }
  });
});
