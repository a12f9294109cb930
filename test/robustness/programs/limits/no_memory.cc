// One place after the other asks often enough to be known, then until there is no more memory: every function must say so
// in its own way, and everything that it did give must be good.
#include "../fault.h"
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <sys/resource.h>
#include <vector>

constexpr size_t size = 1 << 20;

enum how { MALLOC, CALLOC, REALLOC, NEW, NEW_ARRAY, NOTHROW, HOWS };
static const char *const names[HOWS] = {"malloc", "calloc", "realloc", "new", "new[]", "new (nothrow)"};

__attribute__((noinline)) static void *ask(how kind) {
  void *volatile nothing = nullptr;
  switch (kind) {
    case MALLOC: return malloc(size);
    case CALLOC: return calloc(4, size / 4);
    case REALLOC: return realloc(nothing, size);
    case NEW: return operator new(size);
    case NEW_ARRAY: return operator new[](size);
    default: return operator new(size, std::nothrow);
  }
}

__attribute__((noinline)) static void give_back(how kind, void *block) {
  if (kind <= REALLOC) free(block);
  else if (kind == NEW_ARRAY) operator delete[](block);
  else operator delete(block);
}

static void until_refused(how kind) {
  static std::vector<void *> blocks(1024);
  size_t count = 0;
  const char *said = "nothing";
  try {
    for (errno = 0; count < blocks.size(); count++) {
      void *block = ask(kind);
      if (!block) {
        said = errno == ENOMEM ? "NULL, ENOMEM" : "NULL";
        break;
      }
      static_cast<char *>(block)[size - 1] = 1;
      blocks[count] = block;
    }
  } catch (const std::bad_alloc &) {
    said = "bad_alloc";
  }
  void *kept = kind <= REALLOC ? malloc(64) : nullptr;
  void *moved = kept ? realloc(kept, size_t{1} << 40) : nullptr;
  if (moved) said = "a terabyte";
  free(moved ? moved : kept);
  while (count) give_back(kind, blocks[--count]);
  printf("%s: %s\n", names[kind], said);
}

int main(int argc, char **argv) {
  setvbuf(stdout, nullptr, _IONBF, 0);
  for (int round = 0; round < 2; round++) {
    for (int kind = 0; kind < HOWS; kind++) until_refused(static_cast<how>(kind));
    struct rlimit limit = {512u << 20, 512u << 20};
    if (round == 0) setrlimit(asked(argc, argv, "data") ? RLIMIT_DATA : RLIMIT_AS, &limit);
  }
  if (asked(argc, argv, "fault")) cross_free();
}
