#include "site_table.h"

#include "reserve.h"

#define FIRST_CAPACITY_LOG2 10
#define LAST_CAPACITY_LOG2 22
#define PROBES 16
#define KEY_GONE 1 /* its place may be taken again */
#define KEY_TAKEN 2 /* being filled in; the key follows its word */

struct site_table {
  unsigned shift; /* 64 less the log2 of the number of entries */
  unsigned used;
  struct site_entry entries[];
};

static struct { struct site_table head; struct site_entry entries[3]; } empty = {.head = {.shift = 63}};
static struct site_table *site_table = &empty.head;
struct site_lookup site_lookup = {empty.entries, 63};

static int growing;

static struct site_table *current(void) { return __atomic_load_n(&site_table, __ATOMIC_ACQUIRE); }
static size_t capacity_of(const struct site_table *table) { return (size_t)1 << (64 - table->shift); }
/* One entry more than the capacity: the short path looks at the one after, whatever it is. */
static size_t table_bytes(unsigned log2) { return sizeof(struct site_table) + (((size_t)1 << log2) + 1) * sizeof(struct site_entry); }

static struct site_table *make_table(unsigned log2) {
  struct site_table *table = reserve_take(table_bytes(log2));
  if (table) table->shift = 64 - log2;
  return table;
}

static void publish(struct site_table *table) {
  __atomic_store_n(&site_table, table, __ATOMIC_RELEASE);
  __atomic_store_n(&site_lookup.entries, table->entries, __ATOMIC_RELEASE);
  __atomic_store_n(&site_lookup.shift, table->shift, __ATOMIC_RELEASE);
}

void site_table_start(void) {
  struct site_table *table = make_table(FIRST_CAPACITY_LOG2);
  if (table) publish(table);
}

static struct site_entry *find(struct site_table *table, uint64_t key, bool claim) {
  size_t mask = capacity_of(table) - 1;
  size_t at = key >> table->shift;
  for (unsigned i = 0; i < PROBES && i <= mask; i++) {
    struct site_entry *entry = &table->entries[(at + i) & mask];
    uint64_t found = __atomic_load_n(&entry->key, __ATOMIC_ACQUIRE);
    if (found == key) return entry;
    if (!claim && !found) return NULL;
    if (found > KEY_GONE || !claim) continue;
    if (__atomic_compare_exchange_n(&entry->key, &found, KEY_TAKEN, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
      __atomic_fetch_add(&table->used, 1, __ATOMIC_RELAXED);
      return entry;
    }
    if (found == key) return entry;
  }
  return NULL;
}

/* Whoever sees the key sees the word: the short path does not ask. */
static void fill(struct site_entry *entry, uint64_t key, uint32_t low, uint32_t word) {
  entry->low = low;
  entry->word = word;
  __atomic_store_n(&entry->key, key, __ATOMIC_RELEASE);
}

static void grow(struct site_table *table) {
  unsigned log2 = 64 - table->shift + 1;
  int expected = 0;
  if (log2 > LAST_CAPACITY_LOG2) return;
  if (!__atomic_compare_exchange_n(&growing, &expected, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) return;
  if (table == site_table) {
    struct site_table *bigger = make_table(log2);
    if (bigger) {
      for (size_t i = 0; i < capacity_of(table); i++) {
        const struct site_entry *entry = &table->entries[i];
        if (entry->key <= KEY_TAKEN) continue;
        struct site_entry *copy = find(bigger, entry->key, true);
        if (!copy) continue;
        fill(copy, entry->key, entry->low, entry->word);
      }
      publish(bigger); /* who still looks into the old one finds what it had */
    }
  }
  __atomic_store_n(&growing, 0, __ATOMIC_RELEASE);
}

/* By bits 16 to 31 of a return address: whether some site may be from there. */
static uint64_t used_parts[1 << 10];

static bool part_used(uint32_t part) { return used_parts[part / 64 & 1023] >> part % 64 & 1; }

static bool has_room(const struct site_table *table) { return table->used < capacity_of(table) / 8 * 7; }

bool site_table_has_room(void) { return has_room(current()); }

void site_remember(uint64_t key, uint32_t low, uint32_t word) {
  struct site_table *table = current();
  uint32_t part = low >> 16;
  if (!part_used(part)) __atomic_fetch_or(&used_parts[part / 64], 1ull << part % 64, __ATOMIC_RELAXED);
  struct site_entry *entry = has_room(table) ? find(table, key, true) : NULL;
  if (entry) fill(entry, key, low, word);
  if (table->used > capacity_of(table) / 4) grow(table);
}

NO_INLINE uint32_t site_known(uint64_t key) {
  struct site_entry *entry = find(current(), key, false);
  return entry ? __atomic_load_n(&entry->word, __ATOMIC_ACQUIRE) : 0;
}

void site_table_forget(uintptr_t start, uintptr_t end) {
  struct site_table *table = current();
  bool used = false;
  for (uint64_t part = start >> 16; part <= end >> 16 && !used; part++) used = part_used((uint32_t)part & 0xffff);
  for (size_t i = 0; used && i < capacity_of(table); i++) {
    struct site_entry *entry = &table->entries[i];
    if (entry->key <= KEY_TAKEN || entry->low - (uint32_t)start >= (uint32_t)(end - start)) continue;
    __atomic_store_n(&entry->key, KEY_GONE, __ATOMIC_RELEASE);
    __atomic_fetch_sub(&table->used, 1, __ATOMIC_RELAXED);
  }
}
