// Uses every kind of allocation that C and C++ have, in several threads, and checks what it gets. Whatever
// allocator serves it, the output is the same.
#include "../fault.h"
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <malloc.h>
#include <new>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

// There when the program brings its own allocator.
extern "C" long own_malloc_calls(void) __attribute__((weak));

static void expect(bool good, const char *what) {
  if (!good) printf("wrong: %s\n", what);
}

struct alignas(256) Wide {
  char room[300];
};

static void work(int number) {
  std::vector<void *> blocks;
  for (int i = 0; i < 300; i++) {
    std::size_t size = i * 37 % 5000 + 1;
    void *block = nullptr;
    switch (i % 6) {
    case 0: block = malloc(size); break;
    case 1: block = calloc(size, 1); break;
    case 2: block = realloc(nullptr, size); break;
    case 3: expect(posix_memalign(&block, 64, size) == 0, "posix_memalign"); break;
    case 4: block = aligned_alloc(128, (size + 127) & ~127ul); break;
    case 5: block = memalign(4096, size); break;
    }
    expect(block != nullptr, "a block");
    if (i % 6 == 1) expect(static_cast<char *>(block)[size - 1] == 0, "calloc clears");
    if (i % 6 == 3) expect(reinterpret_cast<std::uintptr_t>(block) % 64 == 0, "posix_memalign aligns");
    if (i % 6 == 5) expect(reinterpret_cast<std::uintptr_t>(block) % 4096 == 0, "memalign aligns");
    expect(malloc_usable_size(block) >= size, "usable size");
    memset(block, number, size);
    blocks.push_back(block);
  }
  for (void *&block : blocks) {
    block = realloc(block, 7000);
    expect(*static_cast<char *>(block) == number, "realloc keeps");
  }
  for (void *block : blocks) free(block);
  char *text = strdup("a copy made in the C library");
  free(text);
  char *line = nullptr;
  expect(asprintf(&line, "%s %d", "printed", number) > 0, "asprintf");
  free(line);
  std::unordered_map<std::string, std::vector<int>> map;
  for (int i = 0; i < 500; i++) map["a key that is rather long " + std::to_string(i)].resize(i);
  delete new Wide;
  delete[] new Wide[3];
  delete[] new (std::nothrow) std::string[10];
  ::operator delete(::operator new(100), std::size_t(100));
  free(nullptr);
  delete static_cast<int *>(nullptr);
}

int main(int argc, char **argv) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; i++) threads.emplace_back(work, i + 1);
  for (auto &thread : threads) thread.join();
  work(9);
  if (asked(argc, argv, "fault")) cross_free();
  printf("done%s\n", own_malloc_calls == nullptr ? "" : own_malloc_calls() > 1000 ? " with an own malloc" : " past the own malloc");
}
