#include <stdio.h>

unsigned long *number_make(unsigned long value);
void number_release(unsigned long *number);
unsigned char *bytes_make(unsigned long size);
void bytes_release(unsigned char *bytes, unsigned long size);

int main(void) {
  for (int round = 0; round < 3; round++) {
    unsigned long *number = number_make(7);
    unsigned char *bytes = bytes_make(16);
    printf("%lu %d\n", *number, bytes[3]);
    number_release(number);
    bytes_release(bytes, 16);
    puts("released");
  }
  return 0;
}
