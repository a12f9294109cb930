// A helper at a language border takes what strerror returned for its own: writes a word into it and
// releases it. The text belongs to the C library: a constant, or for an unknown number a block of its
// own that the C library will use and release again. The first argument says what the helper does
// (`owns` releases it, `copies` releases a copy, `strerror_r` has a buffer of its own); the second how
// the message came about (`known` or `unknown` error number); then a SQLite statement goes its way.

#define _GNU_SOURCE
#include <limits.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *volatile kept;

static char *message(const char *how, int number) {
  if (!strcmp(how, "owns")) return strerror(number); // wrong: not ours
  if (!strcmp(how, "copies")) return strdup(strerror(number));
  char *own = malloc(200);
  if (strerror_r(number, own, 200) != own) strcpy(own, "a constant");
  return own;
}

// Says what SQLite is about to do, so that the last line names where the program ended.
#define STEP(name, call, wanted)                                           \
  do {                                                                     \
    printf("SQLite: %s\n", name);                                          \
    int result = call;                                                     \
    if (result != wanted) return printf("SQLite fails: %d\n", result), 1;  \
  } while (0)

int main(int argc, char **argv) {
  if (argc != 3) return fprintf(stderr, "strerror: expected two arguments\n"), 2;
  int number = strcmp(argv[2], "known") ? INT_MIN : 2;
  setvbuf(stdout, NULL, _IONBF, 0);
  sqlite3 *database;
  sqlite3_stmt *statement;
  STEP("open", sqlite3_open(":memory:", &database), SQLITE_OK);
  STEP("create", sqlite3_exec(database, "create table t(a text)", NULL, NULL, NULL), SQLITE_OK);
  kept = message(argv[1], number);
  printf("the helper releases its message\n");
  free(kept);
  // An innocent statement: its parameter is copied into the block that the C library still calls its own.
  STEP("prepare", sqlite3_prepare_v2(database, "insert into t values(?)", -1, &statement, NULL), SQLITE_OK);
  STEP("bind", sqlite3_bind_text(statement, 1, "a name of many letters", -1, SQLITE_TRANSIENT), SQLITE_OK);
  STEP("step", sqlite3_step(statement), SQLITE_DONE);
  strerror(654321); // somebody else asks for a message, and the C library releases its last one
  STEP("finalize", sqlite3_finalize(statement), SQLITE_OK);
  STEP("close", sqlite3_close(database), SQLITE_OK);
  printf("SQLite is done\n");
  return 0;
}
