/* As a program that factors numbers by continued fractions: each step makes and drops numbers of up to 256 bits in
 * digits of 16, every one a block of its own, so that malloc and free of small blocks are much of the work. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct { uint32_t length, owners; uint16_t digits[]; } number;

static number *fresh(uint32_t length) {
  number *made = malloc(sizeof *made + length * sizeof made->digits[0]);
  if (!made) exit(1);
  made->length = length;
  made->owners = 1;
  return made;
}

static void drop(number *given) {
  if (--given->owners == 0) free(given);
}

static number *trimmed(number *given) {
  while (given->length > 1 && given->digits[given->length - 1] == 0) given->length--;
  return given;
}

static number *of(uint16_t value) {
  number *made = fresh(1);
  made->digits[0] = value;
  return made;
}

static number *product(const number *a, const number *b) {
  number *made = fresh(a->length + b->length);
  memset(made->digits, 0, made->length * sizeof made->digits[0]);
  for (uint32_t i = 0; i < a->length; i++) {
    uint32_t carry = 0;
    for (uint32_t j = 0; j < b->length; j++) {
      carry += (uint32_t)a->digits[i] * b->digits[j] + made->digits[i + j];
      made->digits[i + j] = (uint16_t)carry;
      carry >>= 16;
    }
    made->digits[i + b->length] = (uint16_t)carry;
  }
  return trimmed(made);
}

static number *sum(const number *a, const number *b) {
  if (a->length < b->length) return sum(b, a);
  number *made = fresh(a->length + 1);
  uint32_t carry = 0;
  for (uint32_t i = 0; i < a->length; i++) {
    carry += (uint32_t)a->digits[i] + (i < b->length ? b->digits[i] : 0);
    made->digits[i] = (uint16_t)carry;
    carry >>= 16;
  }
  made->digits[a->length] = (uint16_t)carry;
  return trimmed(made);
}

/* The remainder by a small divisor; the quotient takes the place of `given`. */
static number *divided(number *given, uint32_t by, uint32_t *rest) {
  number *made = fresh(given->length);
  uint32_t left = 0;
  for (uint32_t i = given->length; i-- > 0;) {
    left = left << 16 | given->digits[i];
    made->digits[i] = (uint16_t)(left / by);
    left %= by;
  }
  *rest = left;
  drop(given);
  return trimmed(made);
}

int main(int argc, char **argv) {
  long steps = argc > 1 ? atol(argv[1]) : 1000000;
  uint64_t found = 0;
  number *last = of(1), *now = of(3);
  for (long step = 1; step <= steps; step++) {
    number *partial = of((uint16_t)((uint32_t)(step * 2654435761u) >> 20 | 1)), *scaled = product(partial, now), *next = sum(scaled, last);
    drop(partial);
    drop(scaled);
    drop(last);
    last = now;
    now = next;
    now->owners++;
    number *smooth = now;
    for (uint32_t prime = 3; prime < 16; prime += 2) {
      uint32_t rest;
      smooth = divided(smooth, prime, &rest);
      found += rest;
    }
    drop(smooth);
    if (now->length <= 15) continue;
    drop(now);
    drop(last);
    last = of(1);
    now = of((uint16_t)(step | 1));
  }
  drop(last);
  drop(now);
  printf("bignums %llu\n", (unsigned long long)found);
  return 0;
}
