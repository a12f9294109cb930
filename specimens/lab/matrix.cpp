// One block goes from one world to another's release, then an aftershock: both worlds allocate, fill,
// check and release, so that what the mixed release broke gets the chance to show.
//
//   matrix GET RELEASE SIZE
//
// A world is `new`, `new[]`, or a library: one with world_get and world_release, or else a malloc family.
// Prints each stage as it is reached, last `whole` or `torn N`: so many blocks have not kept their bytes.

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <new>
#include <sys/mman.h>

typedef unsigned char byte;

struct World {
  byte *(*sized_get)(size_t) = nullptr;
  void (*sized_release)(byte *, size_t) = nullptr;
  void (*plain_release)(byte *) = nullptr;
  void (*reset)() = nullptr;

  byte *get(size_t size) const { return sized_get(size); }
  void release(byte *block, size_t size) const {
    sized_release ? sized_release(block, size) : plain_release(block);
  }
};

template <typename Function> static void find(void *library, const char *name, Function *&function) {
  function = reinterpret_cast<Function *>(dlsym(library, name));
}

static World world_of(const char *name) {
  World world;
  if (!std::strcmp(name, "new")) {
    world.sized_get = [](size_t size) { return static_cast<byte *>(::operator new(size)); };
    world.plain_release = [](byte *block) { ::operator delete(block); };
    return world;
  }
  if (!std::strcmp(name, "new[]")) {
    world.sized_get = [](size_t size) { return static_cast<byte *>(::operator new[](size)); };
    world.plain_release = [](byte *block) { ::operator delete[](block); };
    return world;
  }
  void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    std::fprintf(stderr, "matrix: %s\n", dlerror());
    std::exit(2);
  }
  find(library, "world_get", world.sized_get);
  find(library, "world_release", world.sized_release);
  if (!world.sized_get) {
    find(library, "malloc", world.sized_get);
    find(library, "free", world.plain_release);
    find(library, "arena_reset", world.reset);
  }
  return world;
}

enum { NEIGHBOURS = 8, AFTER = 48, BLOCKS = 2 * (NEIGHBOURS + AFTER) };

// Kept out of every allocator's reach.
static struct Block {
  const World *world;
  byte *bytes;
  size_t size;
} blocks[BLOCKS];
static int count;

static void stage(const char *name) {
  std::printf("%s\n", name);
  std::fflush(stdout);
}

static void get(const World &world, size_t size) {
  Block &block = blocks[count++];
  block = {&world, world.get(size), size};
  if (block.bytes) std::memset(block.bytes, count, size);
}

static int torn_blocks() {
  int torn = 0;
  for (int i = 0; i < count; i++)
    for (size_t at = 0; at < blocks[i].size; at++)
      if (blocks[i].bytes && blocks[i].bytes[at] != i + 1) {
        torn++;
        break;
      }
  return torn;
}

int main(int argc, char **argv) {
  if (argc != 4) return std::fprintf(stderr, "matrix: expected GET RELEASE SIZE\n"), 2;
  static char output[1024];
  std::setvbuf(stdout, output, _IOFBF, sizeof output);
  const World from = world_of(argv[1]), other = world_of(argv[2]);
  const World &to = std::strcmp(argv[1], argv[2]) ? other : from;
  size_t size = std::strtoul(argv[3], nullptr, 10);
  for (int i = 0; i < NEIGHBOURS; i++) {
    get(from, size);
    get(to, size);
  }
  byte *block = from.get(size);
  std::memset(block, 0xff, size);
  stage("releasing");
  to.release(block, size);
  stage("aftershock");
  for (int i = 0; i < AFTER; i++) {
    get(from, i % 3 ? size : size / 2 + 8);
    get(to, i % 3 ? size : size / 2 + 8);
  }
  int torn = torn_blocks();
  stage("releasing all");
  for (int i = 0; i < count; i++)
    if (blocks[i].bytes) blocks[i].world->release(blocks[i].bytes, blocks[i].size);
  if (from.reset || to.reset) stage("resetting");
  if (from.reset) from.reset();
  if (to.reset && to.reset != from.reset) to.reset();
  if (torn) std::printf("torn %d\n", torn);
  else stage("whole");
  std::fflush(stdout);
  _Exit(0);
}
