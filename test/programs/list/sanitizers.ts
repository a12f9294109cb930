import type { Program } from '../program.ts';

/** Threads, containers, every common entry of malloc and new; nothing is wrong with it. */
const HEALTHY = `#include <pthread.h>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>
static std::mutex lock;
static std::map<std::string, std::vector<int>> table;
static void *work(void *n) {
  for (int i = 0; i < 2000; i++) {
    std::unique_ptr<char[]> text(new char[i % 100 + 1]);
    memset(text.get(), 'x', i % 100 + 1);
    void *p = malloc(i % 300);
    p = realloc(p, i % 500 + 1);
    free(p);
    std::lock_guard<std::mutex> held(lock);
    table["k" + std::to_string(i % 97)].push_back((int)(long)n);
  }
  return nullptr;
}
int main() {
  pthread_t threads[4];
  for (long i = 0; i < 4; i++) pthread_create(&threads[i], nullptr, work, (void *)i);
  for (pthread_t t : threads) pthread_join(t, nullptr);
  void *aligned = nullptr;
  if (posix_memalign(&aligned, 64, 1000)) return 1;
  free(aligned);
  size_t n = 0;
  for (auto &each : table) n += each.second.size();
  char *copy = strdup("copied");
  std::printf("%zu %zu %s\\n", table.size(), n, copy);
  free(copy);
  return 3;
}
`;

/** One fault of each kind that a sanitizer tells; none of them is a wrong release. */
const FAULTS = `#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>
int shared;
int main(int argc, char **argv) {
  const char *what = argc > 1 ? argv[1] : "";
  if (!strcmp(what, "overflow")) { char *p = (char *)malloc(10); p[argc + 9] = 1; printf("%d\\n", p[1]); free(p); }
  if (!strcmp(what, "after-free")) { int *p = new int[4]; delete[] p; printf("%d\\n", p[argc]); }
  if (!strcmp(what, "leak")) { void *volatile p = malloc(77); p = nullptr; }
  if (!strcmp(what, "race")) { std::thread t([] { shared = 1; }); shared = 2; t.join(); }
  if (!strcmp(what, "undefined")) { volatile int n = 0x7fffffff; n = n + argc; printf("%d\\n", n); }
  if (!strcmp(what, "uninitialised")) { int *p = (int *)malloc(40); if (p[argc]) puts("set"); free(p); }
  return 0;
}
`;

/** For a sanitizer that knows only instrumented code: C alone. */
const HEALTHY_C = `#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static void *work(void *n) {
  long sum = 0;
  for (int i = 1; i < 3000; i++) {
    char *p = malloc((size_t)i % 300 + 1);
    memset(p, (int)(long)n, (size_t)i % 300 + 1);
    p = realloc(p, (size_t)i % 500 + 301);
    sum += p[i % 300];
    free(p);
  }
  return (void *)sum;
}
int main(void) {
  pthread_t t[4];
  long sum = 0;
  for (long i = 0; i < 4; i++) pthread_create(&t[i], 0, work, (void *)(i + 1));
  for (int i = 0; i < 4; i++) { void *r; pthread_join(t[i], &r); sum += (long)r; }
  printf("%ld\\n", sum);
  return 3;
}
`;

export const SANITIZERS: Program[] = [
  {
    id: 'gcc-address-sanitizer',
    what: 'a program built by g++ with AddressSanitizer with leak search: a healthy one, and faults that it must still tell',
    from: { debian: ['g++', 'gcc'] },
    version: 'g++ --version',
    files: { 'healthy.cpp': HEALTHY, 'faults.cpp': FAULTS },
    prepare:
      'g++ -std=c++17 -g -O1 -fsanitize=address -pthread healthy.cpp -o healthy & g++ -std=c++17 -g -O1 -fsanitize=address -pthread faults.cpp -o faults; wait $!',
    command: [
      'bash',
      '-c',
      './healthy; echo ended $?; ./faults overflow > out 2> said; echo "overflow $?"; grep -c -m1 "heap-buffer-overflow" said; ./faults after-free > out 2> said; echo "after-free $?"; grep -c -m1 "heap-use-after-free" said; ./faults leak > out 2> said; echo "leak $?"; grep -c -m1 "77 byte" said',
    ],
    follows: ['healthy'],
    stderrVaries: 'sanitizers tell process ids and addresses',
  },
  {
    id: 'gcc-thread-sanitizer',
    what: 'a program built by g++ with ThreadSanitizer: a healthy one, and a fault that it must still tell',
    from: { debian: ['g++', 'gcc'] },
    version: 'g++ --version',
    files: { 'healthy.cpp': HEALTHY, 'faults.cpp': FAULTS },
    prepare:
      'g++ -std=c++17 -g -O1 -fsanitize=thread -pthread healthy.cpp -o healthy & g++ -std=c++17 -g -O1 -fsanitize=thread -pthread faults.cpp -o faults; wait $!',
    command: [
      'bash',
      '-c',
      './healthy; echo ended $?; ./faults race > out 2> said; echo "race $?"; grep -c -m1 "data race" said',
    ],
    follows: ['healthy'],
    stderrVaries: 'sanitizers tell process ids and addresses',
  },
  {
    id: 'gcc-undefined-sanitizer',
    what: 'a program built by g++ with UndefinedBehaviorSanitizer: a healthy one, and a fault that it must still tell',
    from: { debian: ['g++', 'gcc'] },
    version: 'g++ --version',
    files: { 'healthy.cpp': HEALTHY, 'faults.cpp': FAULTS },
    prepare:
      'g++ -std=c++17 -g -O1 -fsanitize=undefined -pthread healthy.cpp -o healthy & g++ -std=c++17 -g -O1 -fsanitize=undefined -pthread faults.cpp -o faults; wait $!',
    command: [
      'bash',
      '-c',
      './healthy; echo ended $?; ./faults undefined > out 2> said; echo "undefined $?"; grep -c -m1 "signed integer overflow" said',
    ],
    follows: ['healthy'],
    stderrVaries: 'sanitizers tell process ids and addresses',
  },
  {
    id: 'gcc-leak-sanitizer',
    what: 'a program built by g++ with LeakSanitizer alone: a healthy one, and a fault that it must still tell',
    from: { debian: ['g++', 'gcc'] },
    version: 'g++ --version',
    files: { 'healthy.cpp': HEALTHY, 'faults.cpp': FAULTS },
    prepare:
      'g++ -std=c++17 -g -O1 -fsanitize=leak -pthread healthy.cpp -o healthy & g++ -std=c++17 -g -O1 -fsanitize=leak -pthread faults.cpp -o faults; wait $!',
    command: [
      'bash',
      '-c',
      './healthy; echo ended $?; ./faults leak > out 2> said; echo "leak $?"; grep -c -m1 "77 byte" said',
    ],
    follows: ['healthy'],
    stderrVaries: 'sanitizers tell process ids and addresses',
  },
  {
    id: 'clang-address-sanitizer',
    what: 'a program built by clang++ with AddressSanitizer with leak search: a healthy one, and faults that it must still tell',
    from: { debian: ['clang', 'g++'] },
    version: 'clang++ --version',
    files: { 'healthy.cpp': HEALTHY, 'faults.cpp': FAULTS },
    prepare:
      'clang++ -std=c++17 -g -O1 -fsanitize=address -pthread healthy.cpp -o healthy & clang++ -std=c++17 -g -O1 -fsanitize=address -pthread faults.cpp -o faults; wait $!',
    command: [
      'bash',
      '-c',
      './healthy; echo ended $?; ./faults overflow > out 2> said; echo "overflow $?"; grep -c -m1 "heap-buffer-overflow" said; ./faults after-free > out 2> said; echo "after-free $?"; grep -c -m1 "heap-use-after-free" said; ./faults leak > out 2> said; echo "leak $?"; grep -c -m1 "77 byte" said',
    ],
    follows: ['healthy'],
    stderrVaries: 'sanitizers tell process ids and addresses',
  },
  {
    id: 'clang-thread-sanitizer',
    what: 'a program built by clang++ with ThreadSanitizer: a healthy one, and a fault that it must still tell',
    from: { debian: ['clang', 'g++'] },
    version: 'clang++ --version',
    files: { 'healthy.cpp': HEALTHY, 'faults.cpp': FAULTS },
    prepare:
      'clang++ -std=c++17 -g -O1 -fsanitize=thread -pthread healthy.cpp -o healthy & clang++ -std=c++17 -g -O1 -fsanitize=thread -pthread faults.cpp -o faults; wait $!',
    command: [
      'bash',
      '-c',
      './healthy; echo ended $?; ./faults race > out 2> said; echo "race $?"; grep -c -m1 "data race" said',
    ],
    follows: ['healthy'],
    stderrVaries: 'sanitizers tell process ids and addresses',
  },
  {
    id: 'clang-undefined-sanitizer',
    what: 'a program built by clang++ with UndefinedBehaviorSanitizer: a healthy one, and a fault that it must still tell',
    from: { debian: ['clang', 'g++'] },
    version: 'clang++ --version',
    files: { 'healthy.cpp': HEALTHY, 'faults.cpp': FAULTS },
    prepare:
      'clang++ -std=c++17 -g -O1 -fsanitize=undefined -pthread healthy.cpp -o healthy & clang++ -std=c++17 -g -O1 -fsanitize=undefined -pthread faults.cpp -o faults; wait $!',
    command: [
      'bash',
      '-c',
      './healthy; echo ended $?; ./faults undefined > out 2> said; echo "undefined $?"; grep -c -m1 "signed integer overflow" said',
    ],
    follows: ['healthy'],
    stderrVaries: 'sanitizers tell process ids and addresses',
  },
  {
    id: 'clang-leak-sanitizer',
    what: 'a program built by clang++ with LeakSanitizer alone: a healthy one, and a fault that it must still tell',
    from: { debian: ['clang', 'g++'] },
    version: 'clang++ --version',
    files: { 'healthy.cpp': HEALTHY, 'faults.cpp': FAULTS },
    prepare:
      'clang++ -std=c++17 -g -O1 -fsanitize=leak -pthread healthy.cpp -o healthy & clang++ -std=c++17 -g -O1 -fsanitize=leak -pthread faults.cpp -o faults; wait $!',
    command: [
      'bash',
      '-c',
      './healthy; echo ended $?; ./faults leak > out 2> said; echo "leak $?"; grep -c -m1 "77 byte" said',
    ],
    follows: ['healthy'],
    stderrVaries: 'sanitizers tell process ids and addresses',
  },
  {
    id: 'clang-memory-sanitizer',
    what: 'a program built by clang++ with MemorySanitizer: a healthy one, and a fault that it must still tell',
    from: { debian: ['clang', 'g++'] },
    version: 'clang++ --version',
    files: { 'healthy.c': HEALTHY_C, 'faults.cpp': FAULTS },
    prepare:
      'clang -g -O1 -fsanitize=memory -pthread healthy.c -o healthy & clang++ -std=c++17 -g -O1 -fsanitize=memory -pthread faults.cpp -o faults; wait $!',
    command: [
      'bash',
      '-c',
      './healthy; echo ended $?; ./faults uninitialised > out 2> said; echo "uninitialised $?"; grep -c -m1 "use-of-uninitialized-value" said',
    ],
    follows: ['healthy'],
    stderrVaries: 'sanitizers tell process ids and addresses',
  },
  {
    id: 'clang-sanitizers-shared',
    what: 'a program built by clang++ with AddressSanitizer as a shared library (-shared-libasan)',
    from: { debian: ['clang', 'g++'] },
    version: 'clang++ --version',
    files: { 'healthy.cpp': HEALTHY, 'faults.cpp': FAULTS },
    prepare:
      'for f in healthy faults; do clang++ -std=c++17 -g -O1 -fsanitize=address -shared-libasan -Wl,-rpath,"$(dirname "$(clang++ -print-file-name=libclang_rt.asan-x86_64.so)")" -pthread $f.cpp -o $f; done',
    command: [
      'bash',
      '-c',
      './healthy; echo ended $?; ./faults overflow > out 2> said; echo "overflow $?"; grep -c -m1 heap-buffer-overflow said',
    ],
    follows: ['healthy'],
    stderrVaries: 'sanitizers tell process ids and addresses',
  },
  {
    id: 'clang-scudo',
    what: 'a program built by clang++ with Scudo, LLVM’s hardened allocator',
    from: { debian: ['clang', 'g++'] },
    version: 'clang++ --version',
    files: { 'healthy.cpp': HEALTHY },
    prepare: 'clang++ -std=c++17 -g -O1 -fsanitize=scudo -pthread healthy.cpp -o healthy',
    command: ['bash', '-c', './healthy; echo ended $?'],
    follows: ['healthy'],
  },
  {
    id: 'clang-cfi-safestack',
    what: 'a program built by clang++ with SafeStack and the undefined-behaviour checks that trap',
    from: { debian: ['clang', 'g++'] },
    version: 'clang++ --version',
    files: { 'healthy.cpp': HEALTHY, 'faults.cpp': FAULTS },
    prepare:
      'clang++ -std=c++17 -g -O1 -fsanitize=safe-stack -pthread healthy.cpp -o healthy; clang++ -std=c++17 -g -O1 -fsanitize=undefined -fsanitize-trap=all faults.cpp -o faults',
    command: ['bash', '-c', './healthy; echo ended $?; ./faults undefined; echo ended $?'],
    follows: ['healthy'],
    stderrVaries: 'the shell names its signal',
  },
];
