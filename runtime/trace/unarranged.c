/* A traced program keeps its allocators: there is no arrangement. */
#include "arrangement.h"

bool arranged HIDDEN;

void arrangement_start(void) {}

struct allocator *arrangement_of_world(uint32_t world) {
  (void)world;
  return NULL;
}

void *allocator_function(struct allocator *allocator, unsigned function) {
  (void)allocator;
  (void)function;
  return NULL;
}

void arrangement_of_rust(struct module *module, struct hook_request *requests, size_t count, bool whole, bool standard) {
  (void)module;
  (void)requests;
  (void)count;
  (void)whole;
  (void)standard;
}
