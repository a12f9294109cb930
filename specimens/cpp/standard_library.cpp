/* Containers, strings, streams, exceptions, smart pointers, threads and over-aligned types of the
 * standard library, used as meant.
 * expect: none
 */
#include "specimen.h"
#include <any>
#include <future>
#include <map>
#include <memory>
#include <memory_resource>
#include <new>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

struct alignas(128) Wide { char bytes[300]; };

static void work(int seed) {
  std::map<std::string, std::vector<std::any>> map;
  std::pmr::monotonic_buffer_resource pool(16);
  std::pmr::vector<std::pmr::string> pooled(&pool);
  for (int i = seed; i < seed + 200; i++) {
    std::ostringstream text;
    text << "a key that is too long for the small buffer " << i;
    map[text.str()].push_back(std::string(i, 'x'));
    pooled.emplace_back(text.str());
    delete[] hide(new (std::nothrow) std::string[3]);
    delete hide(new Wide), delete[] hide(new Wide[3]);
  }
  try {
    throw std::runtime_error(std::string(100, 'e'));
  } catch (const std::exception &) {
  }
  auto shared = std::make_shared<std::vector<int>>(1000);
  std::unique_ptr<int[]> array(new int[10]);
}

void healthy() {
  auto other = std::async(std::launch::async, work, 100);
  work(1);
  other.get();
}
