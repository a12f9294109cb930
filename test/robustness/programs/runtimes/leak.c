/* The last block of a thread is leaked: whoever looks for leaks must not find it in memory of ours. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* So deep that nothing the exit does comes near what is left on the stack here. */
static void *leak(void *unused) {
  char deep[100000];
  memset(deep, unused == NULL, sizeof deep);
  void *volatile block = malloc(77);
  block = NULL;
  return deep[77] == 1 ? block : deep;
}

int main(int argc, char **argv) {
  (void)argv;
  if (argc == 1) return leak(NULL) != NULL;
  pthread_t thread;
  pthread_create(&thread, NULL, leak, NULL);
  return pthread_join(thread, NULL);
}
