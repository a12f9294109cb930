/* Whom the program becomes: the ledgers of programs that it starts then belong to that user, and are believed. */
#include <errno.h>
#include <unistd.h>

#include "common.h"
#include "ledger.h"
#include "modules.h"

static int note(int result, uid_t user) {
  int error = errno;
  struct record_user *record = result == 0 && user != (uid_t)-1 ? ledger_begin(RECORD_USER, sizeof *record) : NULL;
  if (record) {
    record->user = user;
    ledger_commit(record);
  }
  errno = error;
  return result;
}

#define NEXT(name) \
  static __typeof__(name) *next; \
  if (!next) next = (__typeof__(name) *)next_symbol(#name)

EXPORT int setuid(uid_t user) {
  NEXT(setuid);
  return note(next(user), user);
}

EXPORT int seteuid(uid_t effective) {
  NEXT(seteuid);
  return note(next(effective), effective);
}

EXPORT int setreuid(uid_t real, uid_t effective) {
  NEXT(setreuid);
  return note(next(real, effective), effective);
}

EXPORT int setresuid(uid_t real, uid_t effective, uid_t saved) {
  NEXT(setresuid);
  return note(next(real, effective, saved), effective);
}
