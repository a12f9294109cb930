#include <cstring>
#include <string>

// Wrong: what new[] gave, delete (without []) takes.
int main() {
  char *text = new char[64];
  std::strcpy(text, "hello");
  const bool good = std::string(text) == "hello";
  delete text;
  return good ? 0 : 1;
}
