#include "thread_stack.h"

extern void *__libc_stack_end;

#define LARGEST_MAIN_STACK ((uintptr_t)1 << 30)
#define PAGE ((uintptr_t)4096)
/* Where in its control block glibc notes a thread's stack (stackblock, stackblock_size, guardsize) differs by version. */
#define FIRST_WORD (0x2d8 / 8)
#define LAST_WORD (0x900 / 8)
#define BEHIND_BLOCK 8192 /* the control block is the last thing on the stack */

static unsigned stack_word; /* where the three words are; 0: not known yet */

static bool fits(const uintptr_t *words, uintptr_t thread, uintptr_t inside) {
  uintptr_t low = words[0], size = words[1], guard = words[2];
  return low && size < ADDRESS_LIMIT && guard < size && !(guard & (PAGE - 1)) && low + guard <= inside && inside < thread &&
         low + size > thread && low + size - thread <= BEHIND_BLOCK;
}

bool thread_stack_of(uintptr_t inside, uintptr_t *low, uintptr_t *high) {
  uintptr_t thread = thread_pointer();
  if (inside >= thread) return false;
  const uintptr_t *block = (const uintptr_t *)thread;
  unsigned at = __atomic_load_n(&stack_word, __ATOMIC_RELAXED);
  if (!at) {
    uintptr_t end = ((thread + FIRST_WORD * 8) | (PAGE - 1)) + 1; /* the block is on this page at least */
    for (unsigned word = FIRST_WORD; word < LAST_WORD && (uintptr_t)(block + word + 3) <= end && !at; word++)
      if (fits(block + word, thread, inside)) at = word;
    if (!at) return false;
    __atomic_store_n(&stack_word, at, __ATOMIC_RELAXED);
  }
  if (!fits(block + at, thread, inside)) return false;
  *low = block[at] + block[at + 2];
  *high = thread;
  return true;
}

uintptr_t main_stack_end(void) { return (uintptr_t)__libc_stack_end; }

/* Another thread's stack lies below its control block. */
bool is_main_stack(uintptr_t inside) {
  uintptr_t end = main_stack_end(), thread = thread_pointer();
  return inside < end && end - inside < LARGEST_MAIN_STACK && !(thread > inside && thread < end);
}
