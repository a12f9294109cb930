// A server's churn, two threads: requests come and go in random order, and now and
// then a worker ends and hands its whole table to the next one, so that blocks are
// released by threads that never made them.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>
#include <vector>

#include "random.h"

struct Request {
  uint64_t id;
  std::unique_ptr<char[]> body;
  std::vector<int> headers;
};

using Table = std::array<std::unique_ptr<Request>, 2000>;

static uint64_t serve(Table &table, uint64_t seed, long requests) {
  uint64_t state = seed, sum = 0;
  for (long i = 0; i < requests; i++) {
    auto &slot = table[random_below(&state, static_cast<uint32_t>(table.size()))];
    if (slot) sum += slot->id + static_cast<unsigned char>(slot->body[0]) + slot->headers.size();
    slot = std::make_unique<Request>();
    slot->id = static_cast<uint64_t>(i);
    size_t length = 32 + random_below(&state, 400);
    slot->body.reset(new char[length]);
    for (size_t k = 0; k < length; k++) slot->body[k] = static_cast<char>(k ^ seed);
    for (uint32_t k = random_below(&state, 8); k > 0; k--) slot->headers.push_back(static_cast<int>(k));
  }
  return sum;
}

int main(int argc, char **argv) {
  long rounds = argc > 1 ? std::atol(argv[1]) : 20;
  auto tables = std::make_unique<std::array<Table, 2>>();
  std::array<uint64_t, 2> sums{};
  for (long round = 0; round < rounds; round++) {
    std::vector<std::thread> workers;
    for (size_t i = 0; i < 2; i++)
      workers.emplace_back([&, i] { sums[i] += serve((*tables)[i], static_cast<uint64_t>(round) * 2 + i + 1, 20000); });
    for (auto &worker : workers) worker.join();
  }
  std::printf("server %llu\n", static_cast<unsigned long long>(sums[0] + sums[1]));
}
