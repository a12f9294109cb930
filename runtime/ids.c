#include "ids.h"

#define TID_OFFSET 0x2d0

unsigned tid_offset;
int own_process;
THREAD_LOCAL int cached_tid, in_vfork_child;

AT_START void ids_start(void) {
  own_process = system_pid();
  if (*(const int *)(thread_pointer() + TID_OFFSET) == system_tid()) tid_offset = TID_OFFSET;
}

void ids_forked_child(void) {
  cached_tid = in_vfork_child = 0;
  own_process = tid_offset ? own_tid() : system_pid();
}
