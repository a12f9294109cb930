// Threads release and get small blocks side by side, all at one place: whoever looks at a neighbour finds it changing.
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <vector>

static const int SLOTS = 64;
static void *slots[SLOTS];
static std::mutex locks[SLOTS];

static void work(unsigned state, int rounds) {
  while (rounds-- > 0) {
    state = state * 1664525 + 1013904223;
    int slot = (state >> 8) % SLOTS;
    std::lock_guard<std::mutex> guard(locks[slot]);
    free(slots[slot]);
    slots[slot] = malloc((state >> 20) % 16 + 17);
  }
}

int main(int count, char **words) {
  int rounds = count > 1 ? atoi(words[1]) : 100000;
  std::vector<std::thread> threads;
  for (int n = 0; n < 6; n++) threads.emplace_back(work, n * 77 + 1, rounds);
  for (auto &thread : threads) thread.join();
  puts("done");
}
