/* One program, many ways to end badly, by its argument; around each fault sixty places do honest work.
 *
 *   healthy    nothing is wrong
 *   two        two guilty releases: the program dies at the first, and never comes to the second
 *   twice      one block is released at two places
 *   early      a block is released while it is still used; nothing is wrong with the release itself
 *   both       one block is released at two places; a program that survives that writes through a null pointer
 *   null       it writes through a null pointer
 *   past-end   it writes past the end of a block; a release of that block notices
 *   grown      a pointer into a block is given to realloc
 *   thread     two threads, one of which releases what is no block
 *   tree       a tree is released by recursion, one node of it twice
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEPT __attribute__((noinline, noclone))

#define HONEST(n) \
  static KEPT void honest_##n(void) { \
    char *text = malloc(100 + n); \
    memset(text, n, 100 + n); \
    free(text); \
  }
#define TEN(what, d) what(d##0) what(d##1) what(d##2) what(d##3) what(d##4) what(d##5) what(d##6) what(d##7) what(d##8) what(d##9)
TEN(HONEST, 1) TEN(HONEST, 2) TEN(HONEST, 3) TEN(HONEST, 4) TEN(HONEST, 5) TEN(HONEST, 6)
#define CALL(n) honest_##n();

static KEPT void release_inside(char *block) { free(block + 16); }
static KEPT void release_literal(void) { free((void *)"literal"); }
static KEPT void release_once(void *block) { free(block); }
static KEPT void release_again(void *block) { free(block); }

static void two(void) {
  char *block = memset(malloc(64), 0x11, 64);
  release_inside(block);
  TEN(CALL, 3)
  release_literal();
}

static void twice(void) {
  char *block = malloc(48);
  release_once(block);
  TEN(CALL, 3)
  release_again(block);
}

struct greeter {
  int (*greet)(const char *);
  char name[40];
};

static KEPT void release_early(void *block) { free(block); }

static void early(void) {
  struct greeter *greeter = malloc(sizeof *greeter);
  *greeter = (struct greeter){puts, "reader"};
  release_early(greeter);
  char *other = memset(malloc(sizeof *greeter), 0x41, sizeof *greeter);
  greeter->greet(greeter->name);
  free(other);
}

static volatile char *volatile nowhere;

static KEPT void null(void) { *nowhere = 1; }

static void past_end(void) {
  char *block = malloc(24), *large = malloc(2000), *last = malloc(24);
  memset(block, 0x41, 40);
  free(large);
  free(block);
  free(last);
}

static KEPT void *grow(char *pointer, size_t size) { return realloc(pointer, size); }

static void grown(void) {
  char *block = memset(malloc(64), 0x12, 64);
  char *text = grow(block + 32, 4000);
  if (text[0] != 0x12 || text[31] != 0x12) abort();
  free(text);
}

static void *release_of_thread(void *block) {
  TEN(CALL, 4)
  release_inside(block);
  return NULL;
}

static void thread(void) {
  pthread_t other;
  pthread_create(&other, NULL, release_of_thread, memset(malloc(64), 0x11, 64));
  TEN(CALL, 5)
  pthread_join(other, NULL);
}

struct node {
  struct node *left, *right;
  char *name;
};

static struct node *grow_tree(int depth, char *shared) {
  struct node *node = malloc(sizeof *node);
  *node = (struct node){.name = depth == 4 ? shared : strdup("node")};
  if (depth > 0) *node = (struct node){grow_tree(depth - 1, shared), grow_tree(depth - 1, shared), node->name};
  return node;
}

static KEPT void fell_tree(struct node *node) {
  if (node->left) fell_tree(node->left);
  if (node->right) fell_tree(node->right);
  free(node->name);
  free(node);
}

int main(int count, char **arguments) {
  const char *mode = count > 1 ? arguments[1] : "healthy";
  TEN(CALL, 1)
  TEN(CALL, 2)
  if (strcmp(mode, "two") == 0) two();
  if (strcmp(mode, "twice") == 0) twice();
  if (strcmp(mode, "early") == 0) early();
  if (strcmp(mode, "both") == 0) twice(), null();
  if (strcmp(mode, "null") == 0) null();
  if (strcmp(mode, "past-end") == 0) past_end();
  if (strcmp(mode, "grown") == 0) grown();
  if (strcmp(mode, "thread") == 0) thread();
  if (strcmp(mode, "tree") == 0) fell_tree(grow_tree(5, strdup("shared by the branches")));
  TEN(CALL, 3)
  TEN(CALL, 4)
  TEN(CALL, 5)
  TEN(CALL, 6)
  puts("end");
}
