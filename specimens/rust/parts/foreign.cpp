/* The C and C++ side of the Rust specimens: a library that makes and takes blocks. */
#include <cstdlib>
#include <thread>

#define FOREIGN extern "C" __attribute__((noinline))

template <typename T> static T *hide(T *pointer) {
  __asm__ volatile("" : "+r"(pointer) : : "memory");
  return pointer;
}

FOREIGN long *cxx_new() { return hide(new long(7)); }
FOREIGN char *cxx_new_array() { return hide(new char[64]()); }
FOREIGN void cxx_delete(long *object) { delete hide(object); }
FOREIGN void cxx_delete_array(char *bytes) { delete[] hide(bytes); }
FOREIGN void c_release(void *block) { free(hide(block)); }
FOREIGN void c_release_in_thread(void *block) { std::thread(c_release, block).join(); }

/* Hands a block over to `visit`, whose it is from then on. */
FOREIGN void c_visit(void (*visit)(void *)) { visit(hide(malloc(64))); }

static void *registered;
static void (*destroy_registered)(void *);

/* Keeps user data, to be given to `destroy` when it is no longer wanted. */
FOREIGN void c_register(void *data, void (*destroy)(void *)) { registered = data, destroy_registered = destroy; }
FOREIGN void c_unregister() { destroy_registered(hide(registered)); }
