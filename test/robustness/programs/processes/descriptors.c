/* Which descriptors are open at the start and the end, where they point, and whether a file that the
 * program writes holds just what was written, after it closed every descriptor that it did not know. */
#include "../older_libc.h"
#include "../fault.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static void list(void) {
  DIR *directory = opendir("/proc/self/fd");
  for (struct dirent *entry; (entry = readdir(directory));) {
    struct stat about;
    if (entry->d_name[0] != '.' && fstat(atoi(entry->d_name), &about) == 0)
      printf("descriptor %s is of type %o\n", entry->d_name, about.st_mode & S_IFMT);
  }
  closedir(directory);
}

int main(int argc, char **argv) {
  list();
  for (int i = 3; i < 1024; i++) close(i);
  close_range(3, ~0U, 0);
  FILE *file = tmpfile();
  printf("first free descriptor was %d\n", fileno(file));
  for (int i = 0; i < 1000; i++) {
    char *line = malloc(200);
    snprintf(line, 200, "line %d\n", i);
    fputs(line, file);
    free(line);
  }
  if (asked(argc, argv, "fault")) cross_free();
  rewind(file);
  char line[200];
  for (int i = 0; fgets(line, sizeof line, file); i++)
    if (atoi(line + 5) != i) printf("line %d was damaged: %s", i, line);
  printf("%ld bytes\n", ftell(file));
  fclose(file);
  list();
}
