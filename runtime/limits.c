/* Limits that a program sets itself must find room beside our reservations. */
#include <errno.h>
#include <sys/resource.h>

#include "closing.h"
#include "common.h"
#include "ids.h"
#include "ledger.h"
#include "maps.h"
#include "modules.h"
#include "reserve.h"
#include "shadow.h"
#include "system.h"

/* Address space that our tables may still grow by, at most, and as a part of the limit. */
#define MOST_KEPT ((size_t)8 << 20)
#define PART_KEPT 16
/* The books may take this part of it. */
#define PART_TAKEN 8

static bool lock_mapping(const struct mapping *mapping, void *result) {
  if (mapping->start >= ADDRESS_LIMIT) return true;
  if (reserve_owns(mapping->start, mapping->end) || ledger_owns(mapping->start, mapping->end)) return true;
  /* What cannot be touched cannot be brought in now: locked all the same, as mlockall does. */
  unsigned flags = mapping->accessible ? 0 : MLOCK_ONFAULT;
  long error = system_call(SYS_mlock2, mapping->start, mapping->end - mapping->start, flags);
  if (error == -1 /* EPERM */ || error == -12 /* ENOMEM */) *(int *)result = (int)-error;
  return true;
}

/* Locks every mapping but our untouched reservations, which would be filled and counted. */
EXPORT int mlockall(int flags) {
  static int (*next)(int);
  if (!next) next = (int (*)(int))next_symbol("mlockall");
  if (!(flags & MCL_CURRENT) || (flags & ~(MCL_CURRENT | MCL_FUTURE))) return next(flags);
  int error = 0;
  if (!maps_each(lock_mapping, &error)) {
    reserve_shrink(MOST_KEPT); /* then at least it is little that is filled */
    return next(flags);
  }
  if (error) return errno = error, -1;
  return flags & MCL_FUTURE ? next(MCL_FUTURE) : 0;
}

static void address_space_limit(int resource, const struct rlimit *limit) {
  if (resource != RLIMIT_AS || !limit || limit->rlim_cur == RLIM_INFINITY) return;
  int error = errno;
  size_t keep = limit->rlim_cur / PART_KEPT;
  shadow_compact();
  ledger_shrink(limit->rlim_cur / PART_KEPT);
  make_books_small(limit->rlim_cur / PART_TAKEN);
  reserve_shrink(keep < MOST_KEPT ? keep : MOST_KEPT);
  errno = error;
}

EXPORT int setrlimit(__rlimit_resource_t resource, const struct rlimit *limit) {
  static int (*next)(__rlimit_resource_t, const struct rlimit *);
  if (!next) next = (int (*)(__rlimit_resource_t, const struct rlimit *))next_symbol("setrlimit");
  address_space_limit((int)resource, limit);
  return next(resource, limit);
}

EXPORT int setrlimit64(__rlimit_resource_t resource, const struct rlimit64 *limit) {
  return setrlimit(resource, (const struct rlimit *)limit); /* the same on 64-bit */
}

EXPORT int prlimit(pid_t pid, enum __rlimit_resource resource, const struct rlimit *limit, struct rlimit *old) {
  static int (*next)(pid_t, enum __rlimit_resource, const struct rlimit *, struct rlimit *);
  if (!next) next = (int (*)(pid_t, enum __rlimit_resource, const struct rlimit *, struct rlimit *))next_symbol("prlimit");
  if (pid == 0 || pid == own_pid()) address_space_limit((int)resource, limit);
  return next(pid, resource, limit, old);
}

EXPORT int prlimit64(pid_t pid, enum __rlimit_resource resource, const struct rlimit64 *limit, struct rlimit64 *old) {
  return prlimit(pid, resource, (const struct rlimit *)limit, (struct rlimit *)old);
}
