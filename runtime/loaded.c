#include "loaded.h"

#include <elf.h>
#include <errno.h>
#include <string.h>

#include "environment.h"

/* In an executable that names it, `_r_debug` is a copy that nobody keeps up to date; what debuggers go by is not. */
static const struct r_debug *state_for_debuggers(void) {
  const ElfW(Phdr) *headers = (const ElfW(Phdr) *)auxiliary_of_start(AT_PHDR);
  size_t count = headers ? auxiliary_of_start(AT_PHNUM) : 0;
  uintptr_t base = 0;
  for (size_t i = 0; i < count; i++)
    if (headers[i].p_type == PT_PHDR) base = (uintptr_t)headers - headers[i].p_vaddr;
  for (size_t i = 0; i < count; i++) {
    if (headers[i].p_type != PT_DYNAMIC) continue;
    for (const ElfW(Dyn) *entry = (const ElfW(Dyn) *)(base + headers[i].p_vaddr); entry->d_tag != DT_NULL; entry++)
      if (entry->d_tag == DT_DEBUG && entry->d_un.d_ptr) return (const struct r_debug *)entry->d_un.d_ptr;
  }
  return &_r_debug;
}

const struct r_debug *loader_state(void) {
  static const struct r_debug *state;
  if (unlikely(!state)) state = state_for_debuggers();
  return state;
}

static bool is_libc(const struct link_map *map) {
  const char *names = NULL, *soname = NULL;
  for (const ElfW(Dyn) *entry = map->l_ld; entry && entry->d_tag != DT_NULL; entry++) {
    if (entry->d_tag == DT_STRTAB) names = (const char *)entry->d_un.d_ptr;
    if (entry->d_tag == DT_SONAME) soname = (const char *)entry->d_un.d_val;
  }
  if (names && (uintptr_t)names < map->l_addr) names += map->l_addr; /* some loaders leave offsets */
  return names && soname && strcmp(names + (uintptr_t)soname, "libc.so.6") == 0;
}

void *libc_symbol(const char *name) {
  static const struct link_map *libc;
  size_t size;
  if (!libc)
    for EACH_LOADED(map)
      if (is_libc(map)) {
        libc = map;
        break;
      }
  return libc ? (void *)export_of(libc->l_addr, libc->l_ld, name, &size) : NULL;
}

/* Instead of libc's function, which lies behind a symbol: its thread-local words are equally far from every thread's pointer. */
int *__errno_location(void) {
  static intptr_t distance;
  if (unlikely(!distance)) {
    int *(*theirs)(void) = (int *(*)(void))libc_symbol("__errno_location");
    static int nobodys;
    if (!theirs) return &nobodys;
    distance = (intptr_t)((uintptr_t)theirs() - thread_pointer());
  }
  return (int *)(thread_pointer() + (uintptr_t)distance);
}

/* What the compiler's start files would bring, with calls of functions that a program may define. */
__attribute__((visibility("hidden"))) void *__dso_handle = &__dso_handle;

void call_in_forked_child(void (*function)(void)) {
  typedef int register_function(void (*)(void), void (*)(void), void (*)(void), void *);
  register_function *at_fork = (register_function *)libc_symbol("__register_atfork");
  if (at_fork) at_fork(NULL, NULL, function, &__dso_handle);
}

void call_at_exit(void (*function)(int, void *)) {
  typedef int register_function(void (*)(int, void *), void *);
  register_function *at_exit = (register_function *)libc_symbol("on_exit");
  if (at_exit) at_exit(function, NULL);
}
