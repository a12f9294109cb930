// Producers hand blocks of every C and C++ kind to consumers, which release them in other threads.
#include "../fault.h"
#include <condition_variable>
#include <cstdio>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

struct Parcel {
  int kind;
  char *block;
};
static std::mutex lock;
static std::condition_variable arrived;
static std::deque<Parcel> belt;
static bool closed;
static bool faulty;

static void produce(int number, int count) {
  for (int i = 0; i < count; i++) {
    Parcel parcel{(i + number) % 3, nullptr};
    std::size_t size = 1 + (i * 13) % 700;
    if (parcel.kind == 0) parcel.block = static_cast<char *>(malloc(size));
    if (parcel.kind == 1) parcel.block = static_cast<char *>(::operator new(size));
    if (parcel.kind == 2) parcel.block = new char[size];
    parcel.block[0] = 1;
    std::lock_guard<std::mutex> held(lock);
    belt.push_back(parcel);
    arrived.notify_one();
  }
}

__attribute__((noinline)) static void wrongly(char *block) {
  ::operator delete(block);
  asm volatile("");
}

static void consume(long *sum) {
  for (;;) {
    std::unique_lock<std::mutex> held(lock);
    arrived.wait(held, [] { return closed || !belt.empty(); });
    if (belt.empty()) return;
    Parcel parcel = belt.front();
    belt.pop_front();
    held.unlock();
    *sum += parcel.block[0];
    if (parcel.kind == 0) {
      if (faulty) wrongly(parcel.block);
      else free(parcel.block);
    }
    if (parcel.kind == 1) ::operator delete(parcel.block);
    if (parcel.kind == 2) delete[] parcel.block;
  }
}

int main(int argc, char **argv) {
  faulty = asked(argc, argv, "fault");
  long sums[4] = {};
  std::vector<std::thread> producers, consumers;
  for (int i = 0; i < 4; i++) producers.emplace_back(produce, i, 30000);
  for (long &sum : sums) consumers.emplace_back(consume, &sum);
  for (auto &thread : producers) thread.join();
  {
    std::lock_guard<std::mutex> held(lock);
    closed = true;
  }
  arrived.notify_all();
  for (auto &thread : consumers) thread.join();
  printf("%ld parcels\n", sums[0] + sums[1] + sums[2] + sums[3]);
}
