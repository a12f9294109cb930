import type { Program } from '../program.ts';

const TARGET = `#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static void *work(void *n) {
  long sum = 0;
  for (int i = 1; i < 2000; i++) {
    char *p = malloc((size_t)i % 300 + 1);
    memset(p, (int)(long)n, (size_t)i % 300 + 1);
    sum += p[0];
    free(p);
  }
  return (void *)sum;
}
int main(void) {
  pthread_t t[3];
  long sum = 0;
  for (long i = 0; i < 3; i++) pthread_create(&t[i], 0, work, (void *)(i + 1));
  for (int i = 0; i < 3; i++) { void *r; pthread_join(t[i], &r); sum += (long)r; }
  printf("%ld\\n", sum);
  return 4;
}
`;

export const DEBUGGERS: Program[] = [
  {
    id: 'valgrind',
    what: 'Valgrind, which is static and has a loader of its own, memcheck and massif over a program with threads',
    from: { debian: ['valgrind', 'gcc', 'libc6-dev'] },
    version: 'valgrind --version',
    files: { 'target.c': TARGET },
    prepare: 'gcc -g -O1 -pthread target.c -o target',
    command: [
      'bash',
      '-c',
      'valgrind -q --error-exitcode=9 ./target; echo ended $?; valgrind -q --tool=massif --massif-out-file=massif ./target; echo ended $?; ms_print massif | grep -c "peak"',
    ],
    stderrVaries: 'Valgrind tells process ids',
  },
  {
    id: 'strace',
    what: 'strace of a program with three threads and of a shell with children: calls counted and filtered',
    from: { debian: ['strace', 'gcc', 'libc6-dev'] },
    version: 'strace --version',
    files: { 'target.c': TARGET },
    prepare: 'gcc -g -O1 -pthread target.c -o target',
    command: [
      'bash',
      '-c',
      'strace -f -o trace -e trace=clone,clone3,execve ./target; echo ended $?; grep -c clone trace; strace -f -c -o counts sh -c "echo one; cat target.c | wc -l"; echo ended $?; grep -c execve counts',
    ],
    follows: ['strace', 'target', 'wc'],
  },
  {
    id: 'ltrace',
    what: 'ltrace of a program’s calls of its libraries, by breakpoints in its PLT',
    from: { debian: ['ltrace', 'gcc', 'libc6-dev'] },
    version: 'ltrace --version',
    files: { 'target.c': TARGET },
    prepare: 'gcc -g -O1 -pthread -no-pie -z lazy target.c -o target',
    command: [
      'bash',
      '-c',
      'ltrace -e printf+pthread_create -o trace ./target; echo ended $?; grep -c pthread_create trace; tail -1 trace | grep -c "exited (status 4)"',
    ],
    follows: ['ltrace', 'target'],
  },
  {
    id: 'gdb-threads',
    what: 'gdb on a running program with threads: breakpoints in each, calls of malloc made by gdb, a core written and read',
    from: { debian: ['gdb', 'gcc', 'libc6-dev'] },
    version: 'gdb --version',
    files: { 'target.c': TARGET },
    prepare: 'gcc -g -O1 -pthread target.c -o target',
    command: [
      'bash',
      '-c',
      'gdb -q -batch -nx -ex "set confirm off" -ex "set debuginfod enabled off" -ex "break work" -ex run -ex "p (long)n > 0" -ex "call (int)strlen((char*)memset(malloc(10), 0, 10))" -ex "generate-core-file core" -ex delete -ex continue ./target 2> /dev/null | grep -v "Thread\\|LWP\\|process\\|warning\\|^$\\|Using host\\|Breakpoint\\|target.c\\|Saved"; gdb -q -batch -nx -ex "set debuginfod enabled off" -ex "bt 1" ./target core 2> /dev/null | grep -c work',
    ],
    follows: ['gdb', 'target'],
    stderrVaries: 'gdb warns of what the sandbox forbids',
  },
  {
    id: 'rr',
    what: 'rr records and replays a program, where the processor lets it',
    from: { debian: ['rr', 'gcc', 'libc6-dev'] },
    version: 'rr --version',
    files: { 'target.c': TARGET },
    prepare: 'gcc -g -O1 -pthread target.c -o target',
    command: [
      'bash',
      '-c',
      '_RR_TRACE_DIR="$PWD/rr" rr record -n ./target > out 2> err; s=$?; grep -o -m1 "CPU\\|microarch\\|PMU\\|perf event" err | head -1; echo "ended $s"',
    ],
    follows: ['rr'],
    stderrVaries: 'none of it matters here',
  },
  {
    id: 'perf',
    what: 'perf counts and samples a program by a clock, and reads its own file back',
    from: { debian: ['linux-perf', 'gcc', 'libc6-dev'] },
    version: "dpkg-query -W -f '${Version}' linux-perf",
    files: { 'target.c': TARGET },
    prepare: 'gcc -g -O1 -pthread target.c -o target',
    command: [
      'bash',
      '-c',
      'perf record -q -e cpu-clock -o data ./target > out 2> err; echo ended $?; perf report -i data --stdio 2> /dev/null | grep -c "Samples\\|Event count"; perf stat -e task-clock -x, -o counts ./target; echo ended $?; grep -c task-clock counts',
    ],
    follows: ['perf', 'target'],
    stderrVaries: 'it names what the kernel forbids',
  },
  {
    id: 'heaptrack',
    what: 'heaptrack preloads its own library beside ours, and its printer reads the file',
    from: { debian: ['heaptrack', 'gcc', 'libc6-dev'] },
    version: 'heaptrack --version',
    files: { 'target.c': TARGET },
    prepare: 'gcc -g -O1 -pthread target.c -o target',
    command: [
      'bash',
      '-c',
      'heaptrack -o h ./target > out; echo ended $?; head -c 7 out; echo; heaptrack_print -f h* 2> /dev/null | grep -c "calls to allocation functions"',
    ],
    follows: ['heaptrack_print', 'target'],
    stderrVaries: 'none of it matters here',
  },
];
