/* Crashes with a secret in memory that a register points to. The word says how that memory was excluded from dumps. */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096
#define MANY 3000

static char *page_of(char *all, int number) { return all + (size_t)number * 2 * PAGE; }

int main(int argc, char **argv) {
  const char *how = argc > 1 ? argv[1] : "";
  char *all = mmap(NULL, (size_t)MANY * 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  char *page = page_of(all, MANY - 1);
  /* put together here: the text is nowhere else in this process */
  for (int i = 0; i < 12; i++) page[512 + i] = "TFDSFU.IFSF!"[i] - 1;
  if (strcmp(how, "excluded") == 0 || strcmp(how, "included-again") == 0 || strcmp(how, "neighbour") == 0)
    madvise(page - PAGE, 2 * PAGE, MADV_DONTDUMP);
  if (strcmp(how, "included-again") == 0) madvise(page, PAGE, MADV_DODUMP);
  if (strcmp(how, "neighbour") == 0) madvise(page - PAGE, PAGE, MADV_DODUMP);
  if (strcmp(how, "many") == 0)
    for (int i = 0; i < MANY; i++) madvise(page_of(all, i), PAGE, MADV_DONTDUMP);
  if (strcmp(how, "many-elsewhere") == 0)
    for (int i = 0; i < MANY - 1; i++) madvise(page_of(all, i), PAGE, MADV_DONTDUMP);
  if (strcmp(how, "back-and-forth") == 0)
    for (int i = 0; i < 100000; i++) {
      madvise(page_of(all, i % MANY), PAGE, MADV_DONTDUMP);
      madvise(page_of(all, i % MANY), PAGE, MADV_DODUMP);
    }
  register char *r12 __asm__("r12") = page + 512;
  __asm__ volatile("movq $0, %%rax\n\tmovl $1, (%%rax)" : : "r"(r12) : "rax", "memory");
  return 0;
}
