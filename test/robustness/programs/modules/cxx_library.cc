// Built as a library that a C program opens with RTLD_LOCAL: brings the C++ library with it.
#include <stdexcept>
#include <string>
#include <vector>

static std::vector<std::string> names{"one that is too long to be kept inside", "two"};

extern "C" void *make(std::size_t size) {
  try {
    if (size % 3 == 0) throw std::runtime_error("a third of them");
  } catch (const std::exception &error) {
    names.emplace_back(error.what());
  }
  return new std::string(size + 1, 'x');
}
extern "C" void take(void *text) { delete static_cast<std::string *>(text); }
extern "C" std::size_t length() { return names.size(); }
