// std::map, std::unordered_map and std::string: counts made-up words, then orders and joins them.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "random.h"

static std::string make_word(uint64_t &state) {
  // Squaring skews the choice, so that some words are common and most are rare.
  uint64_t r = random_below(&state, 2000);
  uint64_t number = r * r + random_below(&state, 7);
  std::string word = "word-";
  do {
    word += static_cast<char>('a' + number % 23);
    word += "aeiou"[number % 5];
    number /= 23;
  } while (number);
  if (word.size() % 2) word += "-with-a-tail-that-leaves-the-small-string-buffer";
  return word;
}

int main(int argc, char **argv) {
  long rounds = argc > 1 ? std::atol(argv[1]) : 100000;
  uint64_t state = 99;
  size_t checksum = 0;
  for (int text = 0; text < 5; text++) {
    std::map<std::string, int> ordered;
    std::unordered_map<std::string, std::vector<long>> positions;
    for (long i = 0; i < rounds; i++) {
      std::string word = make_word(state);
      ordered[word]++;
      positions[word + std::to_string(text)].push_back(i);
    }
    std::string joined;
    for (const auto &[word, count] : ordered) {
      joined += word + ":" + std::to_string(count) + "\n";
      checksum += static_cast<size_t>(count) * positions[word + std::to_string(text)].size();
    }
    checksum += joined.size();
  }
  std::printf("words %zu\n", checksum);
}
