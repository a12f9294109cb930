#include <cstring>
#include <string>

// Right: new[] and delete[] are a pair.
int main() {
  char *text = new char[64];
  std::strcpy(text, "hello");
  const bool good = std::string(text) == "hello";
  delete[] text;
  return good ? 0 : 1;
}
