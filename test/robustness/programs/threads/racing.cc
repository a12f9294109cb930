// A thread for each way releases the same blocks, as near to one instant as can be: `racing SIZE ALIGNMENT WAY…`.
// They meet at each block, but none waits long: on a busy machine the other may not run.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <thread>
#include <vector>

constexpr int BLOCKS = 2'000;
constexpr int PATIENCE = 20'000;

static std::size_t size, alignment;
static void *blocks[BLOCKS];
static std::atomic<int> arrived[BLOCKS];

#ifdef OWN_OPERATORS
void *operator new(std::size_t wanted) { return std::malloc(wanted); }
void operator delete(void *block) noexcept { std::free(block); }
void operator delete(void *block, std::size_t) noexcept { operator delete(block); }
#endif

static void *born(bool by_new) {
  if (by_new) return operator new(size);
  return alignment > 0 ? std::aligned_alloc(alignment, size) : std::malloc(size);
}

static void release(void *block, const char *way) {
  if (std::strcmp(way, "free") == 0) std::free(block);
  if (std::strcmp(way, "realloc") == 0) std::free(std::realloc(block, size * 2));
  if (std::strcmp(way, "delete") == 0) operator delete(block);
  if (std::strcmp(way, "sized") == 0) operator delete(block, size);
}

static void compete(const char *way) {
  for (int at = 0; at < BLOCKS; at++) {
    arrived[at]++;
    for (int spin = 0; arrived[at] < 2 && spin < PATIENCE; spin++) __builtin_ia32_pause();
    release(blocks[at], way);
  }
}

int main(int argument_count, char **arguments) {
  size = std::atoi(arguments[1]);
  alignment = std::atoi(arguments[2]);
  char **ways = arguments + 3;
  int count = argument_count - 3;
  bool by_new = std::strcmp(ways[0], "delete") == 0 || std::strcmp(ways[0], "sized") == 0;
  for (void *&block : blocks) block = born(by_new);
  std::vector<std::thread> threads;
  for (int i = 0; i < count; i++) threads.emplace_back(compete, ways[i]);
  for (std::thread &thread : threads) thread.join();
  std::puts("ok");
}
