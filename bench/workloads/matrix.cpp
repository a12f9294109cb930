// Few allocations, much arithmetic: multiplies matrices and sorts vectors.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "random.h"

using Matrix = std::vector<std::vector<double>>;

static Matrix multiply(const Matrix &a, const Matrix &b) {
  size_t n = a.size();
  Matrix product(n, std::vector<double>(n));
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < n; k++)
      for (size_t j = 0; j < n; j++) product[i][j] += a[i][k] * b[k][j];
  return product;
}

int main(int argc, char **argv) {
  long rounds = argc > 1 ? std::atol(argv[1]) : 5;
  uint64_t state = 17;
  double trace = 0;
  uint64_t median = 0;
  for (long round = 0; round < rounds; round++) {
    Matrix a(256, std::vector<double>(256)), b = a;
    for (auto *matrix : {&a, &b})
      for (auto &row : *matrix)
        for (auto &cell : row) cell = random_below(&state, 10);
    Matrix c = multiply(a, b);
    for (size_t i = 0; i < c.size(); i++) trace += c[i][i];
    std::vector<uint64_t> numbers(200000);
    for (auto &number : numbers) number = random_next(&state);
    std::sort(numbers.begin(), numbers.end());
    median ^= numbers[numbers.size() / 2];
  }
  std::printf("matrix %.0f %llu\n", trace, static_cast<unsigned long long>(median));
}
