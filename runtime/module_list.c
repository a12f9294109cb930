#include "module_list.h"

#include <string.h>

#include "reserve.h"

static struct module_list *lists[2];
static unsigned turn; /* of the list that is read: 0 before the first */

/* Memory is never given back: a reader that was overtaken finds modules there, if not those of now. */
static struct module **room(size_t count) { return own_memory(count * sizeof(struct module *)); }

struct module_list *list_to_fill(size_t count) {
  struct module_list **place = &lists[(turn + 1) & 1], *list = *place;
  __atomic_thread_fence(__ATOMIC_SEQ_CST); /* its readers see that its turn is over before it changes */
  if (list && count <= list->capacity) return list;
  size_t capacity = 64;
  while (capacity < count + count / 4) capacity *= 2;
  struct module **loaded = room(capacity), **placed = room(capacity), **named = room(2 * capacity);
  if (!loaded || !placed || !named || !(list = own_memory(sizeof *list))) return NULL;
  *list = (struct module_list){.capacity = capacity, .loaded = loaded, .placed = placed, .named = named, .mask = 2 * capacity - 1};
  __atomic_store_n(place, list, __ATOMIC_RELEASE);
  return list;
}

/* Shell's way: the list is in order but for what is new. */
static void sort(struct module **modules, size_t count) {
  size_t gap = 1;
  while (gap < count / 3) gap = gap * 3 + 1;
  for (; gap; gap /= 3)
    for (size_t i = gap; i < count; i++) {
      struct module *module = modules[i];
      size_t at = i;
      for (; at >= gap && modules[at - gap]->start > module->start; at -= gap) modules[at] = modules[at - gap];
      modules[at] = module;
    }
}

static size_t slot_of(const struct link_map *map) { return (size_t)(((uintptr_t)map * 0x9E3779B97F4A7C15ull) >> 20); }

void list_publish(struct module_list *list, size_t count) {
  memset(list->named, 0, (list->mask + 1) * sizeof *list->named);
  for (size_t i = 0; i < count; i++) {
    struct module *module = list->loaded[i];
    list->placed[i] = module;
    size_t at = slot_of(module->map) & list->mask;
    while (list->named[at]) at = (at + 1) & list->mask;
    list->named[at] = module;
  }
  sort(list->placed, count);
  __atomic_store_n(&list->count, count, __ATOMIC_RELEASE);
  __atomic_store_n(&turn, turn + 1, __ATOMIC_RELEASE);
}

const struct module_list *modules_now(void) {
  return __atomic_load_n(&lists[__atomic_load_n(&turn, __ATOMIC_ACQUIRE) & 1], __ATOMIC_ACQUIRE);
}

static struct module *placed_at(const struct module_list *list, uintptr_t address) {
  size_t low = 0, high = __atomic_load_n(&list->count, __ATOMIC_ACQUIRE);
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (list->placed[middle]->start <= address) low = middle + 1;
    else high = middle;
  }
  struct module *module = low ? list->placed[low - 1] : NULL;
  return module && address < module->end ? module : NULL;
}

struct module *module_at(uintptr_t address) {
  for (;;) {
    unsigned now = __atomic_load_n(&turn, __ATOMIC_ACQUIRE);
    const struct module_list *list = __atomic_load_n(&lists[now & 1], __ATOMIC_ACQUIRE);
    struct module *module = list ? placed_at(list, address) : NULL;
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    if (likely(__atomic_load_n(&turn, __ATOMIC_RELAXED) == now)) return module;
  }
}

struct module *module_of_map(const struct link_map *map) {
  const struct module_list *list = modules_now();
  for (size_t at = list ? slot_of(map) & list->mask : 0; list && list->named[at]; at = (at + 1) & list->mask)
    if (list->named[at]->map == map) return list->named[at];
  return NULL;
}

size_t modules_count(void) {
  const struct module_list *list = modules_now();
  return list ? __atomic_load_n(&list->count, __ATOMIC_ACQUIRE) : 0;
}

struct module *module_loaded(size_t index) {
  const struct module_list *list = modules_now();
  return list && index < list->capacity ? list->loaded[index] : NULL;
}
