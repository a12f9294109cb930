// 64 blocks of 16 bytes are alive; one of them is given back by a sized delete that says 64; then 64 blocks of 64
// bytes are made. An allocator that asks for no size does not mind, one that trusts it hands out memory that is
// still in use, one that checks it ends the program.
//
//   fault    as said
//   healthy  the delete says 16
#include <cstdio>
#include <cstring>
#include <new>

static const int COUNT = 64;
static void *volatile alive[COUNT];
static void *volatile fresh[COUNT];

static void give_back(void *block, std::size_t size) { operator delete(block, size); }

int main(int count, char **words) {
  bool fault = count < 2 || strcmp(words[1], "healthy") != 0;
  for (int n = 0; n < COUNT; n++) {
    alive[n] = operator new(16);
    memset(alive[n], n, 16);
  }
  give_back(alive[20], fault ? 64 : 16);
  for (int n = 0; n < COUNT; n++) {
    fresh[n] = operator new(64);
    memset(fresh[n], 0xee, 64);
  }
  int torn = 0;
  for (int n = 0; n < COUNT; n++) {
    char expected[16];
    memset(expected, n, sizeof expected);
    if (n != 20 && memcmp(alive[n], expected, sizeof expected) != 0) torn++;
  }
  puts("done");
  fprintf(stderr, "overwritten: %d\n", torn);
}
