import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { observe } from '../../src/observe.ts';
import { compile } from './specimen.ts';

const { header } = process.report.getReport() as { header: { glibcVersionRuntime: string } };
/** The second number of this machine's glibc. */
const HERE = Number(header.glibcVersionRuntime.split('.')[1]);

let folder: string;
let damage: string;
let runs = 0;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crossfree-exit-'));
  damage = compile('damage', folder, `-DMANGLED=${HERE >= 32 ? 1 : 0}`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function look(command: string[], inspectHeap?: true | 'always', env: NodeJS.ProcessEnv = {}) {
  runs += 1;
  const ledgerDir = mkdtempSync(join(folder, `ledger-${runs}-`));
  const settings = {
    cwd: folder,
    env: { ...process.env, ...env },
    ledgerDir,
    errorExitcode: 99,
    timeoutMs: 50_000,
  };
  const standard = ['ignore', 'ignore', 'ignore'] as const;
  return observe({
    ...settings,
    command,
    standard,
    onFinding: 'faithful',
    ...(inspectHeap && { inspectHeap }),
  });
}

function program(name: string, source: string, ...libraries: string[]): string {
  writeFileSync(join(folder, `${name}.c`), source);
  execFileSync('gcc', [
    '-O0',
    '-g',
    '-w',
    '-pthread',
    '-o',
    join(folder, name),
    join(folder, `${name}.c`),
    ...libraries,
  ]);
  return join(folder, name);
}

it.each(['cycle', 'count-mismatch', 'prev-inuse', 'size-zero', 'top-size'])(
  'a program that ends by _exit with 0 and leaves %s behind is silent',
  async (kind) => {
    const run = await look([damage, kind], 'always');
    expect(run.outcome).toEqual({ kind: 'exit', code: 0 });
    expect(run.verdict).toBe('silent');
    expect(run.corruption?.[0]).toMatchObject({ allocator: 'glibc', kind });
    if (kind !== 'size-zero') return;
    const { address, chunk, around } = run.corruption?.[0] ?? {};
    const at = (Number(BigInt(chunk ?? address ?? 0) - BigInt(around?.address ?? 0)) + 8) / 8;
    expect(around?.words[at]).toEqual({ bytes: '0'.repeat(16), is: 'header', means: 'size 0, no flag' });
  },
);

/** A folder with this machine's C library, which says that it is of another version, two digits behind `2.`. */
function anotherVersion(minor: string): string {
  const at = execFileSync('gcc', ['-print-file-name=libc.so.6'], { encoding: 'utf8' }).trim();
  const library = readFileSync(at).toString('latin1');
  const text = /(GNU C Library \([^)]*\) stable release version 2\.)\d\d/;
  expect(library).toMatch(text);
  const into = mkdtempSync(join(folder, 'glibc-'));
  writeFileSync(join(into, 'libc.so.6'), library.replace(text, `$1${minor}`), 'latin1');
  return into;
}

it('the damaged heap of a glibc that is not known proves nothing, and the coverage says so', async () => {
  const run = await look([damage, 'cycle'], 'always', { LD_LIBRARY_PATH: anotherVersion('99') });
  expect([run.verdict, run.corruption, run.coverage]).toEqual(['clean', undefined, 'partial']);
  expect(run.observed.gaps.map(({ reason }) => reason)).toEqual([
    expect.stringMatching(
      /^a heap could not be read .* the heap of glibc 2\.99 is not known here: 2\.26 to /,
    ),
  ]);
});

it('nor does one of another form than its version has', async () => {
  const other = HERE < 43 ? '43' : '41';
  const run = await look([damage, 'cycle'], 'always', { LD_LIBRARY_PATH: anotherVersion(other) });
  expect([run.verdict, run.corruption, run.coverage]).toEqual(['clean', undefined, 'partial']);
  expect(run.observed.gaps.map(({ reason }) => reason)).toContainEqual(
    expect.stringContaining(`this glibc 2.${other} has not the form of that version`),
  );
});

it('nothing is looked at without the wish, nor without a finding where only that is wished for', async () => {
  for (const wish of [undefined, true] as const) {
    const run = await look([damage, 'cycle'], wish);
    expect(run.verdict).toBe('clean');
    expect(run.corruption).toBeUndefined();
  }
});

it('a wrong release that breaks the heap is silent, one that does not is latent', async () => {
  // the damaged size field is one that free believes
  const faulty = program(
    'faulty',
    `#include <stdlib.h>
     #include <stdint.h>
     extern void _ZdlPv(void *);
     int main(int count, char **arguments) {
       void *keep = malloc(40), *block = malloc(40), *after = malloc(40);
       if (count > 1) ((uint64_t *)block)[-1] = 0x41;
       __typeof__(_ZdlPv) *volatile release = _ZdlPv;
       release(block);
       return 0;
     }`,
    '-lstdc++',
  );
  const latent = await look([faulty], true);
  expect([latent.verdict, latent.corruption]).toEqual(['latent', undefined]);
  const silent = await look([faulty, 'damage'], true);
  expect(silent.verdict).toBe('silent');
  expect(silent.findings[0]?.code).toBe('CF001');
  expect(silent.corruption?.map(({ kind }) => kind)).toContain('size-zero');
});

it('a program that ends while its threads allocate, or from within a signal handler, proves nothing', async () => {
  const churn = `unsigned state = 7; void *kept[512] = {0};
    for (;;) { state = state * 1664525 + 1013904223; int i = (state >> 8) % 512; free(kept[i]); kept[i] = malloc((state >> 17) % 3000); }`;
  const threads = program(
    'threads',
    `#include <pthread.h>
     #include <stdlib.h>
     #include <unistd.h>
     void *work(void *nothing) { ${churn} }
     int main() { pthread_t thread; for (int i = 0; i < 4; i++) pthread_create(&thread, 0, work, 0); usleep(5000); return 0; }`,
  );
  const handler = program(
    'handler',
    `#include <signal.h>
     #include <stdlib.h>
     #include <sys/time.h>
     #include <unistd.h>
     void end(int signal) { _exit(0); }
     int main() { signal(SIGALRM, end); struct itimerval soon = {{0, 0}, {0, 3000}}; setitimer(ITIMER_REAL, &soon, 0); ${churn} }`,
  );
  for (let turn = 0; turn < 5; turn++) {
    for (const command of [threads, handler]) {
      const run = await look([command], 'always');
      expect([run.verdict, run.corruption]).toEqual(['clean', undefined]);
    }
  }
});

it('a heap that a forked child went on with, and one that was never used, prove nothing', async () => {
  const forked = program(
    'forked',
    `#include <stdlib.h>
     #include <sys/wait.h>
     #include <unistd.h>
     int main() {
       void *kept[4000];
       for (int i = 0; i < 100; i++) kept[i] = malloc(480);
       for (int turn = 0; turn < 4; turn++) {
         if (fork() != 0) continue;
         for (int i = 100; i < 4000; i++) kept[i] = malloc(480);
         for (int i = 0; i < 4000; i += 3) free(kept[i]);
         exit(0);
       }
       while (wait(0) > 0) {}
       return 0;
     }`,
  );
  const run = await look([forked], 'always');
  expect([run.verdict, run.corruption, run.processes.length]).toEqual(['clean', undefined, 5]);
  const elsewhere = program(
    'elsewhere',
    `#include <malloc.h>
     static char memory[1 << 20], *next = memory;
     void *malloc(size_t size) { char *block = next; next += (size + 15) & ~15ul; return block; }
     void *calloc(size_t count, size_t size) { return malloc(count * size); }
     void *realloc(void *old, size_t size) { return malloc(size); }
     void free(void *block) {}
     int main() { mallinfo(); return malloc(10) == 0; }`,
  );
  const unused = await look([elsewhere], 'always');
  expect([unused.verdict, unused.corruption]).toEqual(['clean', undefined]);
});

it('a heap with many lists in use is read where it is', async () => {
  // free chunks in the large bins of 2,752 and of 65,536 bytes and more
  const lists = program(
    'lists',
    `#include <stdlib.h>
     int main() {
       void *small = malloc(2760), *large;
       malloc(32);
       large = malloc(70000);
       malloc(32);
       free(small);
       free(large);
       malloc(100000); /* sorts them */
       return 0;
     }`,
  );
  const run = await look([lists], 'always');
  expect([run.verdict, run.corruption]).toEqual(['clean', undefined]);
});
