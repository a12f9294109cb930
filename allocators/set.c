#include "set.h"

#include "kernel.h"

/* Open addressing. EMPTY ends a search, REMOVED does not. */
#define EMPTY ((uintptr_t)0)
#define REMOVED ((uintptr_t)1)

static uintptr_t *slots;
static size_t capacity; /* a power of two */
static size_t used;     /* slots that are not EMPTY */
static size_t members;

static size_t home(uintptr_t member, size_t of_capacity) {
  return (size_t)((member * 0x9E3779B97F4A7C15ull) >> 20) & (of_capacity - 1);
}

static uintptr_t *find(uintptr_t member) {
  if (!slots) return NULL;
  for (size_t i = home(member, capacity); slots[i] != EMPTY; i = (i + 1) & (capacity - 1))
    if (slots[i] == member) return &slots[i];
  return NULL;
}

static void put(uintptr_t *table, size_t table_capacity, uintptr_t member) {
  size_t i = home(member, table_capacity);
  while (table[i] != EMPTY) i = (i + 1) & (table_capacity - 1);
  table[i] = member;
}

/* A larger table, or one of the same size without what was removed. */
static bool make_room(void) {
  if (slots && (used + 1) * 2 <= capacity) return true;
  size_t wanted = !slots ? 4096 : (members + 1) * 4 > capacity ? capacity * 2 : capacity;
  uintptr_t *table = map_pages(wanted * sizeof *table);
  if (!table) return false;
  for (size_t i = 0; i < capacity; i++)
    if (slots[i] > REMOVED) put(table, wanted, slots[i]);
  unmap_pages(slots, capacity * sizeof *slots);
  slots = table;
  capacity = wanted;
  used = members;
  return true;
}

bool set_has(uintptr_t member) { return find(member) != NULL; }

bool set_add(uintptr_t member) {
  if (find(member)) return true;
  if (!make_room()) return false;
  put(slots, capacity, member);
  used++;
  members++;
  return true;
}

void set_remove(uintptr_t member) {
  uintptr_t *slot = find(member);
  if (!slot) return;
  *slot = REMOVED;
  members--;
}
