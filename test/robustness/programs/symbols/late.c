#include "../fault.h"
void late(void) {
  cross_free();
  __asm__ volatile("");
}
