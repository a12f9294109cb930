#include "environment.h"

#include <link.h>
#include <stdint.h>
#include <string.h>

extern void *__libc_stack_end;

const char *environment_value(char *const *environment, const char *name) {
  size_t length = strlen(name);
  for (; environment && *environment; environment++)
    if (strncmp(*environment, name, length) == 0 && (*environment)[length] == '=') return *environment + length + 1;
  return NULL;
}

const char *environment_of_start(const char *name) {
  const uintptr_t *count = __libc_stack_end; /* of arguments, which stand behind it, and a zero */
  return environment_value((char *const *)(count + *count + 2), name);
}

unsigned long auxiliary_of_start(unsigned long wanted) {
  const uintptr_t *at = __libc_stack_end;
  at += *at + 2; /* the count, the arguments, their end */
  while (*at) at++;
  for (const ElfW(auxv_t) *entry = (const ElfW(auxv_t) *)(at + 1); entry->a_type != AT_NULL; entry++)
    if (entry->a_type == wanted) return entry->a_un.a_val;
  return 0;
}
