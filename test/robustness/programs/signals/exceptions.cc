// Exceptions through operator new: bad_alloc, bad_array_new_length, a new_handler that frees a reserve and
// then gives up, throwing constructors (the language releases the block), nothrow forms, all in threads too.
#include "../fault.h"
#include <cstdint>
#include <cstdio>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

static volatile std::size_t too_much = SIZE_MAX / 4;
static volatile long too_many = -1;
static int handled;

static void handler() {
  if (++handled == 3) std::set_new_handler(nullptr);
}
struct alignas(64) Throwing {
  char room[100];
  explicit Throwing(int number) {
    if (number >= 0) throw std::runtime_error("constructor " + std::to_string(number));
  }
};
template <typename Act> static void attempt(const char *what, Act act) {
  try {
    act();
    printf("%s: no exception\n", what);
  } catch (const std::exception &error) {
    printf("%s: %s\n", what, error.what());
  }
}
static void all() {
  std::string held(100, 'x');
  attempt("new", [] { HIDE(too_much); delete static_cast<char *>(::operator new(too_much)); });
  attempt("new[]", [] { delete[] new int[too_many]; });
  attempt("aligned new", [] { ::operator delete(::operator new(too_much, std::align_val_t(64)), std::align_val_t(64)); });
  std::set_new_handler(handler);
  handled = 0;
  attempt("new with a handler", [] { ::operator delete(::operator new(too_much)); });
  printf("handler was called %d times\n", handled);
  for (int i = 0; i < 100; i++)
    try {
      delete new Throwing(i);
    } catch (const std::runtime_error &) {
    }
  attempt("constructor", [] { new Throwing(7); });
  attempt("array of throwing", [] { new Throwing[2]{Throwing(-1), Throwing(8)}; });
  attempt("vector", [] { std::vector<char>().reserve(SIZE_MAX); });
  printf("nothrow %p %p %p\n", ::operator new(too_much, std::nothrow), ::operator new[](too_much, std::nothrow),
         ::operator new(too_much, std::align_val_t(128), std::nothrow));
  delete new (std::nothrow) Throwing(-1);
}

int main(int argc, char **argv) {
  all();
  std::thread(all).join();
  if (asked(argc, argv, "fault")) cross_free();
}
