/* A library with its own, hidden C++ library inside. */
extern "C" __attribute__((noinline)) long *private_make() {
  long *object = new long(7);
  __asm__ volatile("" : "+r"(object) : : "memory");
  return object;
}

extern "C" void private_drop(long *object) { delete object; }
