#include "arrangement.h"

#include <string.h>

#include "block_rules.h"
#include "careful.h"
#include "environment.h"
#include "ledger.h"
#include "provider.h"
#include "reserve.h"
#include "rebind.h"
#include "worlds.h"

struct wish {
  const char *world;
  size_t length;
  struct allocator *allocator; /* NULL: it could not be loaded */
  const char *failed;          /* why the world is not there; NULL: it is */
  bool met;
};

bool arranged HIDDEN;
static bool c_moved, cxx_fixed;
static struct wish *wishes;
static unsigned wish_count;
static struct allocator *base;

static const struct module *module_of_path(const char *path, size_t length) {
  bool glibc = length == 5 && strncmp(path, "glibc", 5) == 0;
  for (size_t i = 0; i < modules_count(); i++) {
    const struct module *module = module_loaded(i);
    if (glibc && allocator_of(module) == ALLOCATOR_GLIBC) return module;
    if (!glibc && strlen(module->path) == length && strncmp(module->path, path, length) == 0) return module;
  }
  return NULL;
}

/* One line: world, path, and whether the program itself preloads it, with tabs between. */
static void read_line(const char *line, size_t length) {
  const char *end = line + length, *tab = memchr(line, '\t', length);
  const char *second = tab ? memchr(tab + 1, '\t', (size_t)(end - tab - 1)) : NULL;
  if (!second) return;
  struct module *module = (struct module *)module_of_path(tab + 1, (size_t)(second - tab - 1));
  struct wish *wish = &wishes[wish_count++];
  *wish = (struct wish){.world = line, .length = (size_t)(tab - line)};
  if (!module) wish->failed = "its allocator was not loaded";
  else if (!(wish->allocator = allocator_in(module)))
    wish->failed = allocators_full() ? "there are more allocators than can be had at once" : "its allocator has no malloc family";
  bool native = second + 1 < end || (module && allocator_of(module) == ALLOCATOR_GLIBC);
  if (module && !native && !is_needed(module)) module->arranged = true;
}

static struct wish *wish_named(const char *name) {
  size_t length = strlen(name);
  for (unsigned i = 0; i < wish_count; i++)
    if (wishes[i].length == length && strncmp(wishes[i].world, name, length) == 0) return &wishes[i];
  return NULL;
}

static const struct module *executable(void) {
  for (size_t i = 0; i < modules_count(); i++)
    if (module_loaded(i)->flags & MODULE_EXECUTABLE) return module_loaded(i);
  return NULL;
}

/* operator new of the C++ library, or of the allocator itself, not a program's. */
static bool cxx_is_usual(void) {
  uintptr_t address;
  const struct module *program = executable(), *cxx = next_definition("_Znwm", &address);
  if (program && (module_export(program, "_Znwm") || module_export(program, "_ZdlPv"))) return false;
  return !cxx || module_named(cxx, "libstdc++.so") || module_named(cxx, "libc++") || module_export(cxx, "malloc");
}

static void fail(const char *world, const char *why) {
  struct wish *wish = wish_named(world);
  if (!wish || wish->failed) return;
  wish->failed = why;
  wish->allocator = NULL;
}

void arrangement_start(void) {
  static bool started;
  if (started) return;
  started = true;
  const char *text = environment_of_start("CROSSFREE_ARRANGEMENT");
  if (!text || !*text || !environment_of_start("CROSSFREE_LEDGER_DIR")) return;
  size_t lines = 1;
  for (const char *at = text; *at; at++) lines += *at == '\n';
  if (!(wishes = own_memory(lines * sizeof *wishes))) return;
  while (*text) {
    const char *end = strchr(text, '\n');
    size_t length = end ? (size_t)(end - text) : strlen(text);
    read_line(text, length);
    text += length + (text[length] == '\n');
  }
  uintptr_t address;
  const struct module *program = executable(), *before = next_definition("malloc", &address);
  base = before ? allocator_in(before) : NULL;
  for (unsigned i = 0; i < wish_count; i++)
    if (wishes[i].allocator && wishes[i].allocator->module->arranged) rebind_allocator(wishes[i].allocator->module);
  if (program && module_export(program, "malloc")) fail("c", "the program has a malloc of its own");
  cxx_fixed = !cxx_is_usual();
  if (cxx_fixed) {
    fail("c++", "the program has an operator new of its own");
    fail("c++[]", "the program has an operator new of its own");
  }
  const struct wish *c = wish_named("c");
  c_moved = c && c->allocator && c->allocator != base;
  arranged = base && wish_count > 0;
}

/* Where the wish puts a world; where it would be, said outright, once what it rested on has moved. */
static struct allocator *place(struct wish *wish) {
  if (wish && wish->allocator) {
    wish->met = true;
    if (wish->allocator != base) return wish->allocator;
  }
  return c_moved ? base : NULL;
}

struct allocator *arrangement_of_world(uint32_t world) {
  if (!arranged) return NULL;
  if (world == WORLD_C) {
    struct wish *wish = wish_named("c");
    if (wish && wish->allocator) wish->met = true;
    return c_moved ? wish->allocator : NULL;
  }
  if (cxx_fixed) return NULL;
  if (world == WORLD_CXX) return place(wish_named("c++"));
  return world == WORLD_CXX_ARRAY ? place(wish_named("c++[]")) : NULL;
}

/* `rust@libfoo.so` before `rust`; folders may stand before the file's name. */
static struct wish *wish_of_rust(const struct module *module) {
  size_t path = strlen(module->path);
  for (unsigned i = 0; i < wish_count; i++) {
    if (wishes[i].length < 6 || strncmp(wishes[i].world, "rust@", 5) != 0) continue;
    const char *name = wishes[i].world + 5;
    size_t length = wishes[i].length - 5;
    if (length > path || strncmp(module->path + path - length, name, length) != 0) continue;
    if (length == path || module->path[path - length - 1] == '/') return &wishes[i];
  }
  return wish_named("rust");
}

static void refuse(const struct wish *wish, uint32_t module, const char *why) {
  char text[1024] = "";
  size_t length = wish->length < 700 ? wish->length : 700; /* a file's name has 255 bytes at most */
  memcpy(text, wish->world, length);
  text[length] = '\t';
  size_t rest = strlen(why);
  memcpy(text + length + 1, why, rest < 300 ? rest : 300);
  ledger_gap(GAP_NOT_ARRANGED, module, text);
}

void arrangement_of_rust(struct module *module, struct hook_request *requests, size_t count, bool whole, bool standard) {
  static const unsigned shims[] = {FUNCTION___rust_alloc, FUNCTION___rust_alloc_zeroed, FUNCTION___rust_dealloc, FUNCTION___rust_realloc};
  if (!arranged) return;
  struct wish *wish = wish_of_rust(module);
  if (wish) wish->met = true;
  if (wish && wish->failed) return; /* said once, for all */
  struct allocator *allocator = place(wish);
  if (!allocator) return;
  bool wanted = wish && wish->allocator;
  if (!whole || (!wanted && !standard)) {
    if (wanted) refuse(wish, module->id, "some of its allocation functions are gone, inlined or not known for sure");
    return;
  }
  struct world *world = &worlds[module->world_rust];
  for (size_t i = 0; i < count; i++) {
    for (unsigned shim = 0; shim < 4; shim++)
      if (requests[i].function == shims[shim]) requests[i].hook->original = allocator_rust(allocator, shim);
    requests[i].plain = false;
    hook_set_plain(requests[i].hook, false);
  }
  if (world->heap == allocator->module->id) return; /* the module was here before */
  world->heap = allocator->module->id;
  record_provider(module->world_rust, allocator->module, allocator->known);
}

void arrangement_report(void) {
  for (unsigned i = 0; i < wish_count; i++)
    if (wishes[i].failed) refuse(&wishes[i], 0, wishes[i].failed);
}

uint32_t heap_of_world(uint32_t world) {
  if (is_c(world)) return worlds[WORLD_C].heap;
  return worlds[world].heap ? worlds[world].heap : worlds[world].rests_on_c && !worlds[world].own_heap ? worlds[WORLD_C].heap : 0;
}

uint32_t heap_of_block(const struct block *block) {
  return on_c(block) ? worlds[WORLD_C].heap : worlds[word_world(block->word)].heap;
}

bool release_to_base(const struct release *release) {
  if (!arranged || heap_of_world(release->world) == base->module->id || !heap_of_world(release->world)) return false;
  base->free(release->pointer);
  return true;
}

static struct allocator *allocator_of_heap(uint32_t heap) {
  for (unsigned i = 0; i < wish_count; i++)
    if (wishes[i].allocator && wishes[i].allocator->module->id == heap) return wishes[i].allocator;
  return NULL;
}

size_t usable_size(void *pointer) {
  static size_t (*next)(void *);
  struct block block;
  if (!pointer) return 0;
  if (arranged && shadow_read((uintptr_t)pointer, &block)) {
    struct allocator *owner = allocator_of_heap(heap_of_block(&block));
    if (owner && owner->usable_size) return owner->usable_size(pointer);
    if (owner) return block.size == SIZE_UNKNOWN ? 0 : block.size;
  }
  if (!next) next = (size_t (*)(void *))next_symbol("malloc_usable_size");
  return next ? next(pointer) : 0;
}
