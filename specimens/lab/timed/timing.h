/* Clocks and pinning for the timed programs of the lab. */
#ifndef TIMING_H
#define TIMING_H

#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline double now_ns(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/* Time that this thread had the processor: what others take does not count. */
static inline double thread_ns(void) { return now_ns(CLOCK_THREAD_CPUTIME_ID); }
static inline double wall_ns(void) { return now_ns(CLOCK_MONOTONIC_RAW); }

/* The processors that we may use; returns how many, at most `most`. */
static inline int processors(int *list, int most) {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return 0;
  int count = 0;
  for (int cpu = 0; cpu < CPU_SETSIZE && count < most; cpu++) {
    if (CPU_ISSET(cpu, &allowed)) list[count++] = cpu;
  }
  return count;
}

/* Pins the calling thread. */
static inline void pin(int cpu) {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(cpu, &one);
  if (sched_setaffinity(0, sizeof one, &one) != 0) {
    perror("sched_setaffinity");
    exit(1);
  }
}

/* Keeps a value, so that the compiler cannot leave out what makes it. */
static inline void keep(const void *value) { __asm__ volatile("" : : "r"(value) : "memory"); }

/* Nanoseconds of one cycle of the core as it runs now. A chain of dependent multiplications takes
 * three cycles each on every x86-64 processor of the last fifteen years; additions do not serve, since
 * some processors resolve them while renaming. */
static inline double cycle_ns(void) {
  enum { ROUNDS = 4000 };
  uint64_t value = 3;
  double start = thread_ns();
  for (int round = 0; round < ROUNDS; round++) {
    __asm__ volatile(
        "imul %0, %0\n imul %0, %0\n imul %0, %0\n imul %0, %0\n"
        "imul %0, %0\n imul %0, %0\n imul %0, %0\n imul %0, %0\n"
        "imul %0, %0\n imul %0, %0\n imul %0, %0\n imul %0, %0\n"
        "imul %0, %0\n imul %0, %0\n imul %0, %0\n imul %0, %0\n"
        : "+r"(value));
  }
  return (thread_ns() - start) / (ROUNDS * 16.0 * 3.0);
}

/* Numbers that look random: the same ones in every run. */
static inline uint64_t next_random(uint64_t *state) {
  uint64_t value = *state += 0x9e3779b97f4a7c15u;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
  return value ^ (value >> 31);
}

#endif
