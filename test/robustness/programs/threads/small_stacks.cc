// Threads with the smallest stack that the system allows, each allocating at call sites of its own and,
// when asked, releasing wrongly: what the runtime needs of the stack must fit.
#include "../fault.h"
#include <climits>
#include <cstdio>
#include <pthread.h>
#include <unistd.h>

static bool faulty;

template <int N> __attribute__((noinline)) static void *nested() {
  void *block = N % 2 ? malloc(N + 1) : ::operator new(N + 1);
  HIDE(block);
  void *inner = nested<N - 1>();
  if (N % 2) free(inner), free(block);
  else free(inner), ::operator delete(block);
  return nullptr;
}
template <> void *nested<0>() { return malloc(1); }

static void *work(void *) {
  nested<20>();
  if (faulty) cross_free();
  return nullptr;
}

int main(int argc, char **argv) {
  faulty = asked(argc, argv, "fault");
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, sysconf(_SC_THREAD_STACK_MIN));
  int started = 0;
  for (int i = 0; i < 20; i++) {
    pthread_t thread;
    if (pthread_create(&thread, &attributes, work, nullptr) == 0) {
      started++;
      pthread_join(thread, nullptr);
    }
  }
  printf("%d threads\n", started);
}
