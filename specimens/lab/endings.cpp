// Ends in the way that its argument names, after it has said so: with exit 0
// after a wrong release, with a failure, by each fatal signal, out of memory,
// by stack overflow, or not at all.

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

template <typename T> static T hidden(T value) {
  asm volatile("" : "+r"(value) : : "memory");
  return value;
}

static int mixed_free() {
  std::free(hidden(new long));
  return 0;
}

static int failure() { return 3; }

static int null_write() {
  *hidden(static_cast<volatile int *>(nullptr)) = 1;
  return 0;
}

static int aborted() { std::abort(); }

/// Touches a mapped page that the file behind it does not reach.
static int past_the_file() {
  int empty = memfd_create("empty", 0);
  void *page = mmap(nullptr, 4096, PROT_READ, MAP_SHARED, empty, 0);
  return *static_cast<volatile char *>(page);
}

static int illegal_instruction() { __builtin_trap(); }

static int division_by_zero() { return hidden(1) / hidden(0); }

static int killed() { return raise(SIGKILL); }

/// What a program does that gives up when there is no memory left.
static int out_of_memory() {
  rlimit limit = {64 << 20, 64 << 20};
  setrlimit(RLIMIT_AS, &limit);
  while (std::malloc(1 << 20) != nullptr) {
  }
  std::abort();
}

static int stack_overflow(int depth) {
  volatile char frame[4096];
  frame[0] = 1;
  if (depth < 0) return 0;
  return stack_overflow(hidden(depth) + 1) + frame[0];
}

static int hang() {
  for (;;) pause();
}

int main(int, char **argv) {
  const struct {
    const char *name;
    int (*act)();
  } endings[] = {
      {"mixed-free", mixed_free},
      {"failure", failure},
      {"null-write", null_write},
      {"abort", aborted},
      {"past-the-file", past_the_file},
      {"illegal-instruction", illegal_instruction},
      {"division-by-zero", division_by_zero},
      {"kill", killed},
      {"out-of-memory", out_of_memory},
      {"stack-overflow", [] { return stack_overflow(0); }},
      {"hang", hang},
  };
  const char *wanted = argv[1] == nullptr ? "" : argv[1];
  for (const auto &ending : endings) {
    if (std::strcmp(ending.name, wanted) != 0) continue;
    std::printf("about to: %s\n", wanted);
    std::fflush(stdout);
    return ending.act();
  }
  std::fprintf(stderr, "endings: expected the name of an ending, got \"%s\"\n", wanted);
  return 2;
}
