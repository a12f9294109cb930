#include "reserve.h"

#include <sys/resource.h>
#include <sys/sysinfo.h>

#include "system.h"

#define MIB ((size_t)1 << 20)
#define PAGE ((size_t)4096)
#define GUARD (16 * PAGE)

/* An eighth of the memory of the machine: glibc's blocks need an eighth of their own size. */
#define SHARE 8
#define LEAST_WHOLE (512 * MIB)
#define MOST_WHOLE ((size_t)16 << 30)
#define BESIDES (64 * MIB) /* the tables that there are once */
/* Of an address space that is limited to less than this a small part is taken. */
#define LIMITED_BELOW ((size_t)64 << 30)
#define LEAST_SMALL MIB
#define MOST_SMALL (512 * MIB)
#define STRICT (64 * MIB)

static uint8_t *base;
static size_t size, taken, given_back;
static enum reserve_kind kind;

static bool read_word(const char *path, unsigned long *value) {
  char text[64];
  int fd = system_open(path, O_RDONLY, 0);
  if (fd < 0) return false;
  long got = system_read(fd, text, sizeof text);
  system_close(fd);
  if (got <= 0 || text[0] < '0' || text[0] > '9') return false;
  *value = 0;
  for (long i = 0; i < got && text[i] >= '0' && text[i] <= '9'; i++) *value = *value * 10 + (unsigned long)(text[i] - '0');
  return true;
}

static size_t limit_of(int resource) {
  struct rlimit limit;
  if (system_call6(SYS_prlimit64, 0, resource, 0, (long)&limit, 0, 0) != 0) return SIZE_MAX;
  return limit.rlim_cur == RLIM_INFINITY ? SIZE_MAX : (size_t)limit.rlim_cur;
}

static size_t machine_memory(void) {
  struct sysinfo info;
  if (system_call(SYS_sysinfo, &info, 0, 0) != 0) return 0;
  return (size_t)info.totalram * info.mem_unit;
}

/* Memory that counts as stack does not count as data: RLIMIT_DATA stays the program's own, whenever it is set. What lies
 * right below can never be reached, so that it does not grow. */
static uint8_t *map_as_stack(size_t bytes) {
  uint8_t *place = system_map_at(NULL, bytes + GUARD, PROT_NONE, MAP_NORESERVE);
  if (!place) return NULL;
  void *above = system_map_at(place + GUARD, bytes, PROT_READ | PROT_WRITE, MAP_NORESERVE | MAP_FIXED | MAP_GROWSDOWN);
  if (above == place + GUARD) return above;
  system_unmap(place, bytes + GUARD);
  return NULL;
}

static bool map(size_t bytes) {
  bytes = (bytes + PAGE - 1) & ~(PAGE - 1);
  base = map_as_stack(bytes);
  if (!base && !(base = system_map(bytes))) return false;
  size = bytes;
  system_advise(base, size, MADV_NOHUGEPAGE);
  system_advise(base, size, MADV_DONTDUMP);
  return true;
}

static size_t between(size_t least, size_t value, size_t most) { return value < least ? least : value > most ? most : value; }

/* What a limit leaves for us. */
static size_t small_part(size_t limit) {
  unsigned long pages;
  size_t used = read_word("/proc/self/statm", &pages) ? pages * PAGE : limit / 2;
  size_t part = limit > used ? (limit - used) / SHARE : 0;
  return part < MOST_SMALL ? part : MOST_SMALL;
}

AT_START enum reserve_kind reserve_start(void) {
  static bool started;
  if (started) return kind;
  started = true;
  unsigned long overcommit;
  bool strict = read_word("/proc/sys/vm/overcommit_memory", &overcommit) && overcommit == 2;
  size_t space = limit_of(RLIMIT_AS);
  if (space >= LIMITED_BELOW && !strict && map(between(LEAST_WHOLE, machine_memory() / SHARE, MOST_WHOLE) + BESIDES))
    return kind = RESERVE_WHOLE;
  size_t part = space < LIMITED_BELOW ? small_part(space) : STRICT;
  if (strict && part > STRICT) part = STRICT;
  return kind = part >= LEAST_SMALL && map(part) ? RESERVE_SMALL : RESERVE_NONE;
}

void *reserve_take(size_t wanted) {
  size_t alignment = wanted >= PAGE ? PAGE : 64, at = __atomic_load_n(&taken, __ATOMIC_RELAXED), from;
  if (wanted > SIZE_MAX / 2) return NULL;
  do {
    from = (at + alignment - 1) & ~(alignment - 1);
    if (from > size || wanted > size - from) return NULL;
  } while (!__atomic_compare_exchange_n(&taken, &at, from + wanted, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
  return base + from;
}

void *reserve_once(void **place, size_t wanted) {
  void *have = __atomic_load_n(place, __ATOMIC_ACQUIRE), *none = NULL;
  if (have || !(have = reserve_take(wanted))) return have;
  /* The loser's part is lost: address space that nobody touches. */
  if (__atomic_compare_exchange_n(place, &none, have, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) return have;
  return none;
}

void reserve_shrink(size_t keep) {
  size_t left = (__atomic_load_n(&taken, __ATOMIC_RELAXED) + keep + PAGE - 1) & ~(PAGE - 1);
  if (left >= size) return;
  size_t before = size;
  size = left;
  system_unmap(base + left, before - left);
}

void reserve_give_back(void *part, size_t part_size) {
  part_size &= ~(PAGE - 1);
  system_unmap(part, part_size);
  given_back += part_size;
}

size_t reserve_in_use(void) { return __atomic_load_n(&taken, __ATOMIC_RELAXED) - given_back; }

void reserve_drop(void) {
  size_t before = size;
  if (!before) return;
  size = taken = 0;
  kind = RESERVE_NONE;
  system_unmap(base, before);
}

bool reserve_owns(uintptr_t start, uintptr_t end) { return overlaps(base, size, start, end); }

/* ---- what stays ---- */

#define CHUNK (64u << 10)

/* Only while modules come and go, when the loader itself maps files. */
void *own_memory(size_t wanted) {
  static struct piece { size_t taken, size; } *current;
  wanted = (wanted + 15) & ~(size_t)15;
  for (;;) {
    struct piece *piece = __atomic_load_n(&current, __ATOMIC_ACQUIRE);
    size_t at = piece ? __atomic_fetch_add(&piece->taken, wanted, __ATOMIC_RELAXED) : 0;
    if (piece && at + wanted <= piece->size) return (uint8_t *)piece + at;
    size_t bytes = wanted + sizeof *piece > CHUNK ? wanted + sizeof *piece : CHUNK;
    struct piece *fresh = system_map(bytes);
    if (!fresh) return NULL;
    *fresh = (struct piece){.taken = sizeof *fresh, .size = bytes};
    if (!__atomic_compare_exchange_n(&current, &piece, fresh, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) system_unmap(fresh, bytes);
  }
}
