/* printf with every sort of variadic argument, whose register save area must survive the buffer's first
 * allocation; and getline, asprintf, open_memstream, qsort, regcomp, getaddrinfo-free library allocations. */
#define _GNU_SOURCE
#include "../fault.h"
#include <glob.h>
#include <locale.h>
#include <regex.h>
#include <stdio.h>
#include <unistd.h>

static int compare(const void *a, const void *b) { return *(int *)a - *(int *)b; }

int main(int argc, char **argv) {
  printf("%d %.3f %s %Lf %lld %c %.2e %g\n", 1, 2.5, "three", 4.0L, 5LL, '6', 7e10, 8.125); /* first use of stdout */
  setlocale(LC_ALL, "");
  char *text = NULL, *line = NULL;
  size_t length = 0;
  asprintf(&text, "%f %f %f %f %f %f %f %f %f %f", 1., 2., 3., 4., 5., 6., 7., 8., 9., 10.);
  FILE *stream = open_memstream(&line, &length);
  for (int i = 0; i < 1000; i++) fprintf(stream, "%d,%s;", i, text);
  fclose(stream);
  printf("%zu\n", length);
  free(text), free(line);
  int *numbers = malloc(4 * 100000);
  for (int i = 0; i < 100000; i++) numbers[i] = i * 7919 % 100003;
  qsort(numbers, 100000, sizeof *numbers, compare);
  printf("%d\n", numbers[500]);
  free(numbers);
  regex_t pattern;
  regcomp(&pattern, "(a|b)*c{2,5}[x-z]+", REG_EXTENDED);
  printf("%d\n", regexec(&pattern, "ababccccxyz", 0, NULL, 0));
  regfree(&pattern);
  glob_t found;
  glob("/etc/host*", 0, NULL, &found);
  globfree(&found);
  text = realpath("/usr/../usr/bin", NULL);
  puts(text);
  free(text);
  text = getcwd(NULL, 0);
  free(text);
  setenv("A_NEW_ONE", "value", 1);
  puts(getenv("A_NEW_ONE"));
  if (asked(argc, argv, "fault")) cross_free();
}
