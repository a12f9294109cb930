// Thread-specific data and thread_local objects whose destructors allocate and release, late rounds of
// destructors included.
#include "../fault.h"
#include <cstdio>
#include <pthread.h>
#include <string>
#include <thread>
#include <vector>

static pthread_key_t key;
static bool faulty;
static int rounds;

static void destroy(void *value) {
  char *more = static_cast<char *>(malloc(300));
  free(value);
  if (rounds++ < 3) pthread_setspecific(key, more); // called again in the next round
  else {
    if (faulty) cross_free();
    free(more);
  }
}

struct Keeper {
  std::vector<std::string> words{"one word that is too long to be kept inside", "two"};
  ~Keeper() {
    words.emplace_back("three words that are too long to be kept inside");
    int *numbers = new int[100];
    delete[] numbers;
  }
};
static thread_local Keeper keeper;

int main(int argc, char **argv) {
  faulty = asked(argc, argv, "fault");
  pthread_key_create(&key, destroy);
  std::thread([] {
    keeper.words.emplace_back("four");
    pthread_setspecific(key, malloc(10));
  }).join();
  keeper.words.emplace_back("five");
  pthread_key_delete(key);
  printf("%d rounds\n", rounds);
}
