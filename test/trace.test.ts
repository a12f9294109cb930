import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Trace } from '../src/model/trace.ts';
import { packageRoot } from '../src/plan/installation.ts';
import { crossfree } from './crossfree.ts';
import { GO_PATIENCE_MS, goTool } from './go.ts';

/** Known counts: per thread and round a malloc, a realloc and a free; then ten blocks that stay; a child with one. */
const SOURCE = `
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <unistd.h>
void *volatile sink;
__attribute__((noinline)) void *keep(size_t size) { return sink = malloc(size); }
static void *work(void *rounds) {
  for (long i = 0; i < (long)rounds; i++) {
    void *volatile own = malloc(64);
    own = realloc(own, 128);
    free(own);
  }
  return NULL;
}
/* From here on opening a file, and writing at a place of one, end the process. */
static void shut_in(void) {
  struct sock_filter filter[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 2, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pwrite64, 1, 0),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
  };
  struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}
int main(int count, char **arguments) {
  pthread_t thread;
  long rounds = atol(arguments[1]);
  pthread_create(&thread, NULL, work, (void *)rounds);
  work((void *)rounds);
  pthread_join(thread, NULL);
  for (int i = 0; i < 10; i++) keep(1000);
  if (count > 2 && strcmp(arguments[2], "shut-in") == 0) { shut_in(); work((void *)rounds); }
  if (count > 2 && strcmp(arguments[2], "fork") == 0) {
    if (fork() == 0) { keep(77777); _exit(0); }
    wait(NULL);
  }
  if (count > 2 && strcmp(arguments[2], "kill") == 0) raise(SIGKILL);
  return 3;
}`;

let folder: string;
const file = (name: string) => join(folder, name);

function trace(options: string[], command: string[]): { ended: ReturnType<typeof crossfree>; result: Trace } {
  const ended = crossfree(['trace', '--json', file('trace.json'), ...options, '--', ...command], {
    cwd: folder,
  });
  return { ended, result: JSON.parse(readFileSync(file('trace.json'), 'utf8')) as Trace };
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crossfree-trace-'));
  writeFileSync(file('known.c'), SOURCE);
  execFileSync('gcc', ['-O1', '-g', '-pthread', '-o', file('known'), file('known.c')]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ROUNDS = 20_000;
/** What the C library itself allocates: a thread's own data. */
const OTHERS = 5;

describe('a program of known counts', () => {
  it('is counted exactly, by site and in all, and keeps its exit status', () => {
    const { ended, result } = trace(
      ['--speedscope', file('s.json'), '--out', file('kept')],
      ['./known', `${ROUNDS}`],
    );
    expect(ended.status).toBe(3);
    const [only] = result.processes;
    const { totals, sites } = only as Trace['processes'][number];
    expect(totals.reallocations).toBe(2 * ROUNDS);
    expect(totals.allocations - 4 * ROUNDS - 10).toBeGreaterThanOrEqual(0);
    expect(totals.allocations - 4 * ROUNDS - 10).toBeLessThan(OTHERS);
    expect(totals.unmatchedReleases).toBe(0);
    const kept = sites.find(({ stack }) => stack[0]?.function === 'keep');
    expect(kept).toMatchObject({ world: 'c', allocations: 10, bytes: 10_000, live: 10, liveBytes: 10_000 });
    const worked = sites.filter(({ stack }) => stack[0]?.function === 'work');
    expect(worked.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(2 * ROUNDS * (64 + 128));
    expect(sites.reduce((sum, { peakBytes }) => sum + peakBytes, 0)).toBe(totals.peakBytes);
    const validate = new Ajv().compile(
      JSON.parse(readFileSync(join(packageRoot(), 'schemas/trace.schema.json'), 'utf8')),
    );
    expect(validate(result), JSON.stringify(validate.errors)).toBe(true);
    const scope = JSON.parse(readFileSync(file('s.json'), 'utf8'));
    expect(scope.profiles[0].endValue).toBe(totals.bytes);
    expect(scope.profiles[0].samples.flat().every((frame: number) => scope.shared.frames[frame])).toBe(true);
    const again = crossfree(['trace', '--read', file('kept/ledgers'), '--json', file('again.json')]);
    expect(again.status).toBe(0);
    expect(JSON.parse(readFileSync(file('again.json'), 'utf8')).processes).toEqual(result.processes);
  });

  it('loses nothing by kill -9', () => {
    const { ended, result } = trace([], ['./known', `${ROUNDS}`, 'kill']);
    expect(ended.status).toBe(137);
    expect(result.processes[0]?.totals.reallocations).toBe(2 * ROUNDS);
    expect(result.processes[0]?.totals.liveBytes).toBeGreaterThanOrEqual(10_000);
  });

  it('has a trace of its own for a forked child', () => {
    const { result } = trace([], ['./known', '10', 'fork']);
    expect(result.processes.map(({ forked }) => forked).sort()).toEqual([false, true]);
    expect(result.processes.find(({ forked }) => forked)?.totals).toMatchObject({
      allocations: 1,
      bytes: 77_777,
    });
  });

  it('goes on in a sandbox that allows nothing that a trace needs, and says what it missed', () => {
    const { ended, result } = trace([], ['./known', `${ROUNDS}`, 'shut-in']);
    expect(ended.status).toBe(3);
    const [only] = result.processes;
    const all = (only?.totals.reallocations ?? 0) + (only?.lost?.releases ?? 0) / 2;
    expect(all).toBeGreaterThanOrEqual(3 * ROUNDS - 1);
    expect(only?.lost?.why).toContain('sandbox');
  });

  it('has right totals beyond --max-size, and says what is missing', () => {
    const whole = trace([], ['./known', `${ROUNDS}`]).result.processes[0];
    const { ended, result } = trace(['--max-size', '300K'], ['./known', `${ROUNDS}`]);
    const [cut] = result.processes;
    expect(ended.status).toBe(3);
    expect(ended.stderr).toContain('reached its limit (--max-size)');
    expect((cut?.totals.allocations ?? 0) + (cut?.lost?.allocations ?? 0)).toBe(whole?.totals.allocations);
    expect((cut?.totals.bytes ?? 0) + (cut?.lost?.bytes ?? 0)).toBe(whole?.totals.bytes);
  });
});

describe('a file that is no sound trace', () => {
  it.each([
    ['short', Buffer.alloc(10), 'too short'],
    ['other', Buffer.alloc(9000, 7), 'magic'],
  ])('is refused: %s', (name, bytes, why) => {
    writeFileSync(file(`${name}.trace`), bytes);
    const ended = crossfree(['trace', '--read', file(`${name}.trace`)]);
    expect(ended.status).toBe(2);
    expect(ended.stderr).toContain(why);
  });

  it('is read as far as it goes when it is damaged or cut off', () => {
    const ledgers = file('kept/ledgers');
    const name = readdirSync(ledgers).find((entry) => entry.endsWith('.trace')) ?? '';
    const sound = readFileSync(join(ledgers, name));
    let state = 7;
    const next = (below: number) => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      return state % below;
    };
    for (let round = 0; round < 3; round++) {
      const bytes = Buffer.from(sound.subarray(0, 4096 + next(sound.length - 4096)));
      for (let i = 0; i < 200; i++) bytes[200 + next(bytes.length - 200)] = next(256);
      writeFileSync(file('damaged.trace'), bytes);
      expect(crossfree(['trace', '--read', file('damaged.trace')]).status).toBe(0);
    }
  });
});

describe('for pprof', () => {
  beforeAll(() => goTool('pprof'), GO_PATIENCE_MS);

  it('is written as a pprof profile whose sums are those of the summary', (context) => {
    const { result } = trace(['--pprof', file('p.pb.gz')], ['./known', '100']);
    const totals = result.processes[0]?.totals;
    const bytes = gunzipSync(readFileSync(file('p.pb.gz')));
    for (const name of ['alloc_space', 'inuse_space', 'keep', 'work'])
      expect(bytes.includes(name)).toBe(true);
    const go = spawnSync('go', ['tool', 'pprof', '-raw', file('p.pb.gz')], { encoding: 'utf8' });
    if (go.error) return context.skip('no `go tool pprof` here');
    const rows = [...go.stdout.matchAll(/^ +(\d+) +(\d+) +(\d+) +(\d+) +(\d+): [\d ]*$/gm)];
    const sum = (column: number) => rows.reduce((all, row) => all + Number(row[column]), 0);
    expect([1, 2, 4, 5].map(sum)).toEqual([
      totals?.allocations,
      totals?.bytes,
      totals?.liveBytes,
      totals?.peakBytes,
    ]);
  });
});

it.each([
  ['python3', ['-c', 'print(sum(len(str(i)) for i in range(50000)))']],
  ['gcc', ['-x', 'c', '-O1', '-S', '-o', '-', '/dev/null']],
  ['sh', ['-c', 'seq 1000 | sort -n | tail -1; exit 4']],
])('%s prints and ends as without', (program, args) => {
  const bare = spawnSync(program, args, { cwd: folder, encoding: 'utf8' });
  const { ended, result } = trace([], [program, ...args]);
  expect([ended.stdout, ended.status]).toEqual([bare.stdout, bare.status]);
  expect(result.processes.length).toBeGreaterThanOrEqual(1);
  expect(result.problems).toEqual([]);
});
