import { describe, expect, it } from 'vitest';
import type { Run } from '../model/index.ts';
import { cleanRun, vecFromMalloc } from './run.fixture.ts';
import { renderRun } from './terminal.ts';

const cwd = '/home/a';
const plain = (run: Run, verbose = false) => renderRun(run, { colour: false, cwd, verbose });

describe('the report on a terminal', () => {
  it('says in one line that a fully observed run is clean', () => {
    expect(plain(cleanRun())).toBe('crossfree  CLEAN   ./app exited 0 · no finding\n');
  });

  it('shows a finding with the user’s frames, the call, what happened and what to do', () => {
    expect(plain({ ...cleanRun(), verdict: 'latent', findings: [vecFromMalloc()] })).toBe(
      `crossfree  LATENT   ./app exited 0 · 1 finding

CF001 cross-free   a 64-byte block from C malloc was released by Rust
  born  app::main     src/main.rs:8   malloc(64)
  died  app::finish   src/main.rs:12  __rust_dealloc(size 64, align 1)
        dropping alloc::vec::Vec<u8>
        in app::main  src/main.rs:20
  Both worlds share glibc here, so nothing broke this time. Return it with free(), or copy it into a
  Vec, Box or CString.
  crossfree explain CF001
`,
    );
  });

  it('shows whole stacks when asked', () => {
    const text = plain({ ...cleanRun(), verdict: 'latent', findings: [vecFromMalloc()] }, true);
    expect(text).toContain('#0 alloc::alloc::dealloc [inlined]  library/alloc/src/alloc.rs:114\n');
    expect(text).toContain('#5 _start  app+0x1000\n');
  });

  it('names partial coverage in the first line and lists each gap with its remedy', () => {
    const run = cleanRun();
    run.coverage = 'partial';
    run.observed.gaps = [
      { module: '/home/a/libx.so', reason: 'stripped Rust', remedy: 'build it without strip' },
    ];
    expect(plain(run)).toBe(
      `crossfree  CLEAN   ./app exited 0 · no finding · coverage partial: 1 gap

Not observed
  libx.so: stripped Rust
    remedy: build it without strip
`,
    );
  });

  it('never calls an unobserved run clean or without findings', () => {
    const text = plain({ ...cleanRun(), verdict: 'unobservable', coverage: 'none' });
    expect(text).toBe('crossfree  UNOBSERVABLE   ./app exited 0 · nothing could be observed\n');
  });

  it('tells a possible finding from a proven one, with the reason', () => {
    const finding = vecFromMalloc();
    finding.certainty = 'possible';
    finding.detail.reason = 'libx.so is stripped';
    const text = plain({ ...cleanRun(), verdict: 'latent', findings: [finding] });
    expect(text).toContain('CF001 cross-free   possible: a 64-byte block');
    expect(text).toContain('This may be a false positive: libx.so is stripped. Both worlds');
  });

  it.each([
    [{ kind: 'exit', code: 3 }, 'exited 3'],
    [
      { kind: 'signal', signal: 'SIGABRT', message: 'free(): invalid pointer' },
      'was ended by SIGABRT (free(): invalid pointer)',
    ],
    [{ kind: 'timeout', afterMs: 1500 }, 'was killed after 1.5 s'],
  ] as const)('says how the program ended: %j', (outcome, words) => {
    expect(plain({ ...cleanRun(), outcome })).toContain(`./app ${words} ·`);
  });

  it('says what was suppressed and which suppressions matched nothing', () => {
    const text = plain({ ...cleanRun(), suppressed: { count: 2, unused: ['known.txt:3: CF002'] } });
    expect(text).toContain('2 findings suppressed\nunused suppression: known.txt:3: CF002\n');
  });

  it('lets no control character of the program through', () => {
    const evil = 'a\x1b[2J\u202eb\nc\x9bd';
    const finding = vecFromMalloc();
    finding.message = evil;
    finding.pid = 10;
    finding.birth = {
      thread: 1,
      via: evil,
      stack: [{ function: evil, file: `/home/a/${evil}`, module: evil }],
    };
    const run: Run = {
      ...cleanRun(),
      command: [evil],
      arrangement: { c: evil },
      outcome: { kind: 'signal', signal: 'SIGABRT', message: evil },
      findings: [finding],
      processes: [{ pid: 10, command: [evil], outcome: { kind: 'unrecorded' } }],
      suppressed: { count: 0, unused: [evil] },
    };
    run.observed.gaps = [{ module: evil, reason: evil, remedy: evil }];
    for (const verbose of [false, true]) {
      const text = plain(run, verbose);
      expect(text.split('\n').filter((line) => line.startsWith('c'))).toHaveLength(1); // the headline
      // biome-ignore lint/suspicious/noControlCharactersInRegex: none of these may be left
      expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
      expect(text).toContain('a\\x1b[2J\\u{202e}b\\nc\\x9bd');
    }
  });

  it('colours the verdict only when told to', () => {
    expect(renderRun(cleanRun(), { colour: true, cwd })).toContain('\x1b[32mCLEAN');
    expect(plain(cleanRun())).not.toContain('\x1b');
  });
});
