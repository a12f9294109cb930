/* Prints what the readers of a ledger must agree with: offsets, numbers, and the functions by index. */
#include <stdio.h>

#include "intercept.h"
#include "ledger_format.h"
#include "shadow.h"
#include "sites.h"
#include "trace/format.h"
#include "worlds.h"

static const char *separator = "";

#define FIELD(structure, field)                                                                                     \
  (printf("%s\"%s\":{\"offset\":%zu,\"size\":%zu}", separator, #field, offsetof(struct structure, field),             \
         sizeof(((struct structure *)0)->field)),                                                                   \
   separator = ",")
#define STRUCTURE(structure, fields)                                                                                \
  printf("%s\n  \"%s\":{\"size\":%zu,\"fields\":{", first, #structure, sizeof(struct structure));                     \
  separator = "";                                                                                                    \
  fields;                                                                                                            \
  printf("}}");                                                                                                      \
  first = ","

static void structures(void) {
  const char *first = "";
#define F_(structure, field) FIELD(structure, field)
#define F(field) F_(STRUCT, field)
#define STRUCT ledger_header
  STRUCTURE(ledger_header, F(magic); F(version); F(records_at); F(pid); F(parent_pid); F(started_ns); F(allocated);
            F(most); F(cursor); F(dropped); F(untracked); F(unknown_releases); F(flags); F(exit_code); F(command_length); F(command));
#undef STRUCT
#define STRUCT ledger_question
  STRUCTURE(ledger_question, F(state); F(kind); F(pid); F(tid); F(address); F(thread_pointer); F(stack_pointer); F(start);
            F(end); F(answer); F(range_count); F(tended); F(unheard));
#undef STRUCT
#define STRUCT ledger_range
  STRUCTURE(ledger_range, F(start); F(end));
#undef STRUCT
#define STRUCT ledger_slot
  STRUCTURE(ledger_slot, F(tid); F(pid); F(stack_high); F(allocations));
#undef STRUCT
#define STRUCT record_header
  STRUCTURE(record_header, F(magic); F(type); F(length); F(pid); F(tid));
#undef STRUCT
#define STRUCT record_module
  STRUCTURE(record_module, F(id); F(flags); F(base); F(start); F(end); F(path_length); F(build_id_length));
#undef STRUCT
#define STRUCT record_module_move
  STRUCTURE(record_module_move, F(id));
#undef STRUCT
#define STRUCT record_world
  STRUCTURE(record_world, F(id); F(kind); F(module); F(flags));
#undef STRUCT
#define STRUCT record_stack
  STRUCTURE(record_stack, F(id); F(function); F(block); F(frame_count); F(truncated));
#undef STRUCT
#define STRUCT record_finding
  STRUCTURE(record_finding, F(code); F(act); F(count); F(pointer); F(block); F(size); F(alignment); F(given_size);
            F(given_alignment); F(birth_world); F(release_world); F(birth_stack); F(death_stack); F(birth_exact);
            F(function); F(where); F(where_module); F(released_at); F(other_block); F(other_size); F(other_stack);
            F(same_allocator); F(doubt));
#undef STRUCT
#define STRUCT record_cause
  STRUCTURE(record_cause, F(stack); F(pointer); F(block); F(size); F(given_size));
#undef STRUCT
#define STRUCT record_pair
  STRUCTURE(record_pair, F(count); F(block); F(size); F(birth_world); F(release_world); F(birth_stack); F(death_stack);
            F(function); F(birth_exact));
#undef STRUCT
#define STRUCT record_gap
  STRUCTURE(record_gap, F(reason); F(module); F(detail_length));
#undef STRUCT
#define STRUCT record_provider
  STRUCTURE(record_provider, F(world); F(module); F(allocator));
#undef STRUCT
#define STRUCT record_message
  STRUCTURE(record_message, F(text_length));
#undef STRUCT
#define STRUCT record_fork
  STRUCTURE(record_fork, F(parent_pid));
#undef STRUCT
#define STRUCT record_exit
  STRUCTURE(record_exit, F(code));
#undef STRUCT
#define STRUCT record_release
  STRUCTURE(record_release, F(site); F(count); F(bytes); F(world); F(function); F(stack); F(left_out));
#undef STRUCT
#define STRUCT record_release_birth
  STRUCTURE(record_release_birth, F(site); F(count); F(block); F(size); F(world); F(birth_stack); F(birth_exact));
#undef STRUCT
#define STRUCT record_user
  STRUCTURE(record_user, F(user));
#undef STRUCT
#define STRUCT record_exec
  STRUCTURE(record_exec, F(path_length); F(preserved));
#undef STRUCT
#define STRUCT trace_header
  STRUCTURE(trace_header, F(magic); F(version); F(flags); F(pid); F(parent_pid); F(ledger_pid); F(ledger_ns); F(first_ticks);
            F(first_ns); F(latest_ticks); F(latest_ns); F(end); F(limit); F(lost_births); F(lost_bytes); F(lost_releases);
            F(lost_moves));
#undef STRUCT
#define STRUCT trace_block
  STRUCTURE(trace_block, F(magic); F(id); F(ticks); F(thread));
#undef STRUCT
#define STRUCT record_crash
  STRUCTURE(record_crash, F(signal); F(code); F(address); F(level); F(sender); F(trap); F(error); F(r8); F(r9); F(r10);
            F(r11); F(r12); F(r13); F(r14); F(r15); F(rdi); F(rsi); F(rbp); F(rbx); F(rdx); F(rax); F(rcx); F(rsp);
            F(rip); F(flags); F(frame_count); F(truncated); F(code_length));
#undef STRUCT
#define STRUCT record_crash_block
  STRUCTURE(record_crash_block, F(start); F(size); F(alignment); F(state); F(world); F(birth_stack); F(birth_exact);
            F(released_at); F(pointer));
#undef STRUCT
#define STRUCT record_crash_memory
  STRUCTURE(record_crash_memory, F(start); F(byte_count));
#undef STRUCT
#define STRUCT record_crash_end
  STRUCTURE(record_crash_end, F(signal));
}

/* What a reader of the shadow itself must know. */
enum {
  SHADOW_REGION_SHIFT = REGION_SHIFT, SHADOW_STATE = WORD_STATE, SHADOW_LIVE = STATE_LIVE, SHADOW_FREED = STATE_FREED,
  SHADOW_NARROW = WORD_NARROW, SHADOW_UPPER = WORD_UPPER,
  SHADOW_SPACED_SHIFT = SPACED_SHIFT, SHADOW_PLAIN_SHIFT = PLAIN_SHIFT, SHADOW_LAYER_BYTES = sizeof(struct layer),
  SHADOW_WORLD_SHIFT = WORD_WORLD_SHIFT, SHADOW_SITE_SHIFT = WORD_SITE_SHIFT,
  SHADOW_SIZE_SHIFT = SIZE_SHIFT, SHADOW_SIZE_BIG = SIZE_BIG, SHADOW_PAYLOAD_SHIFT = PAYLOAD_SHIFT,
  SHADOW_FIRST_SITE = FIRST_SITE, SHADOW_SITE_CHUNK_LOG2 = SITE_CHUNK_LOG2, SHADOW_SITE_BYTES = sizeof(struct site_info),
  SHADOW_SITE_OF_AT = offsetof(struct site_info, of),
  SHADOW_SITE_RELEASE_BIT = SITE_RELEASE_BIT,
};

#define NUMBER(name) printf("%s\"%s\":%d", separator, #name, (int)(name)), separator = ","

static void numbers(void) {
  separator = "";
  NUMBER(LEDGER_VERSION); NUMBER(LEDGER_HEADER_SIZE); NUMBER(LEDGER_SLOTS); NUMBER(LEDGER_WORLDS); NUMBER(LEDGER_RANGES); NUMBER(LEDGER_QUESTION_AT); NUMBER(RECORD_MAGIC);
  NUMBER(LEDGER_READY); NUMBER(LEDGER_EXITED); NUMBER(LEDGER_STOPPED); NUMBER(LEDGER_SITES_FULL); NUMBER(LEDGER_NO_DECODER);
  NUMBER(LEDGER_WORLDS_FULL); NUMBER(LEDGER_UNOBSERVED);
  NUMBER(QUESTION_NONE); NUMBER(QUESTION_TAKEN); NUMBER(QUESTION_ASKED); NUMBER(QUESTION_SEEN); NUMBER(QUESTION_ANSWERED);
  NUMBER(QUESTION_WHERE); NUMBER(QUESTION_AT_EXIT); NUMBER(QUESTION_RANGES); NUMBER(QUESTION_AT_CRASH); NUMBER(QUESTION_KILL);
  NUMBER(ANSWER_KNOWN); NUMBER(ANSWER_MAPPED); NUMBER(ANSWER_ACCESSIBLE); NUMBER(ANSWER_STACK);
  NUMBER(RECORD_MODULE); NUMBER(RECORD_MODULE_GONE); NUMBER(RECORD_MODULE_BACK); NUMBER(RECORD_WORLD); NUMBER(RECORD_STACK); NUMBER(RECORD_FINDING);
  NUMBER(RECORD_PAIR); NUMBER(RECORD_GAP); NUMBER(RECORD_PROVIDER); NUMBER(RECORD_MESSAGE); NUMBER(RECORD_FORK);
  NUMBER(RECORD_EXEC); NUMBER(RECORD_EXIT); NUMBER(RECORD_RELEASE); NUMBER(RECORD_RELEASE_BIRTH); NUMBER(RECORD_CAUSE);
  NUMBER(RECORD_EXEC); NUMBER(RECORD_EXIT); NUMBER(RECORD_CRASH); NUMBER(RECORD_CRASH_BLOCK); NUMBER(RECORD_CRASH_MEMORY);
  NUMBER(RECORD_CRASH_END); NUMBER(RECORD_USER);
  NUMBER(CRASH_BLOCK_LIVE); NUMBER(CRASH_BLOCK_PASSING); NUMBER(CRASH_BLOCK_FREED);
  NUMBER(MODULE_EXECUTABLE); NUMBER(MODULE_RUST); NUMBER(MODULE_SHIMS_HOOKED); NUMBER(MODULE_SHIMS_PARTIAL);
  NUMBER(MODULE_STRIPPED); NUMBER(MODULE_SHIMS_GUESSED); NUMBER(MODULE_RUNTIME); NUMBER(MODULE_VDSO);
  NUMBER(WORLD_KIND_C); NUMBER(WORLD_KIND_CXX); NUMBER(WORLD_KIND_CXX_ARRAY); NUMBER(WORLD_KIND_RUST);
  NUMBER(WORLD_KIND_UNDETERMINED); NUMBER(WORLD_KIND_ANY); NUMBER(WORLD_PRIVATE); NUMBER(WORLD_GUESSED);
  NUMBER(FINDING_CROSS_FREE); NUMBER(FINDING_DOUBLE_FREE); NUMBER(FINDING_INVALID_FREE); NUMBER(FINDING_LAYOUT_MISMATCH);
  NUMBER(FINDING_TWO_OWNERS);
  NUMBER(ACT_PERFORMED); NUMBER(ACT_RETURNED); NUMBER(ACT_REDIRECTED); NUMBER(ACT_PREVENTED); NUMBER(ACT_STOPPED);
  NUMBER(WHERE_NONE); NUMBER(WHERE_INTERIOR); NUMBER(WHERE_STACK); NUMBER(WHERE_STATIC); NUMBER(WHERE_MAPPED);
  NUMBER(WHERE_UNMAPPED); NUMBER(WHERE_UNKNOWN);
  NUMBER(GAP_SHIMS_PARTIAL); NUMBER(GAP_STRIPPED); NUMBER(GAP_NOT_HOOKED); NUMBER(GAP_OWN_ALLOCATOR); NUMBER(GAP_DEEPBIND);
  NUMBER(GAP_NAMESPACE); NUMBER(GAP_WORLDS_FULL); NUMBER(GAP_LEDGER_FULL); NUMBER(GAP_SHADOW_REFUSED);
  NUMBER(GAP_NO_LOADER_EVENTS); NUMBER(GAP_NOT_ARRANGED); NUMBER(GAP_OTHER_ENTRIES);
  NUMBER(ALLOCATOR_OTHER); NUMBER(ALLOCATOR_GLIBC); NUMBER(ALLOCATOR_JEMALLOC); NUMBER(ALLOCATOR_MIMALLOC);
  NUMBER(ALLOCATOR_TCMALLOC); NUMBER(ALLOCATOR_SCUDO);
  NUMBER(SHADOW_REGION_SHIFT); NUMBER(SHADOW_STATE); NUMBER(SHADOW_LIVE); NUMBER(SHADOW_FREED); NUMBER(SHADOW_NARROW);
  NUMBER(SHADOW_UPPER); NUMBER(SHADOW_SPACED_SHIFT); NUMBER(SHADOW_PLAIN_SHIFT); NUMBER(SHADOW_LAYER_BYTES); NUMBER(SHADOW_SITE_CHUNK_LOG2); NUMBER(SHADOW_SITE_BYTES);
  NUMBER(SHADOW_SITE_OF_AT); NUMBER(SHADOW_SITE_RELEASE_BIT);
  NUMBER(SHADOW_WORLD_SHIFT); NUMBER(SHADOW_SITE_SHIFT); NUMBER(SHADOW_SIZE_SHIFT); NUMBER(SHADOW_SIZE_BIG);
  NUMBER(SHADOW_PAYLOAD_SHIFT); NUMBER(SHADOW_FIRST_SITE);
  NUMBER(TRACE_VERSION); NUMBER(TRACE_HEADER_SIZE); NUMBER(TRACE_BLOCK); NUMBER(TRACE_DISTANCE_BITS); NUMBER(TRACE_SLOT_BITS);
  NUMBER(TRACE_SIZE_BITS); NUMBER(TRACE_TICKS_BITS);
  NUMBER(TRACE_OTHER); NUMBER(TRACE_RELEASE); NUMBER(TRACE_BIRTH); NUMBER(TRACE_TICKS);
  NUMBER(TRACE_END); NUMBER(TRACE_TIME); NUMBER(TRACE_THREAD); NUMBER(TRACE_SITE); NUMBER(TRACE_FAR_RELEASE);
  NUMBER(TRACE_MOVE); NUMBER(TRACE_FAR_BIRTH); NUMBER(TRACE_RETAG);
  NUMBER(TRACE_FORKED); NUMBER(TRACE_LIMIT_REACHED); NUMBER(TRACE_NOT_WRITABLE); NUMBER(TRACE_SANDBOXED);
}

static void function(const char *name, const char *shown, int world, const char *kind) {
  static const char *const names[] = {"rust", "c", "c++", "c++[]"};
  printf(",\n  {\"name\":\"%s\",\"shown\":\"%s\",\"world\":\"%s\",\"kind\":\"%s\"}", name, shown, names[world <= WORLD_CXX_ARRAY ? world : WORLD_C], kind);
}

#define ALLOCATE(name, shown, world, ...) function(#name, shown, world, "allocate");
#define RELEASE(name, shown, world, ...) function(#name, shown, world, "release");
#define REALLOCATE(name, shown, world, ...) function(#name, shown, world, "reallocate");
#define SPECIAL(name, shown, world, need, kind, ...) function(#name, shown, world, #kind);

int main(void) {
  printf("{\n\"functions\":[\n  {\"name\":\"\",\"shown\":\"\",\"world\":\"\",\"kind\":\"\"}");
#include "functions.def"
  printf("],\n\"structs\":{");
  structures();
  printf("},\n\"enums\":{");
  numbers();
  printf("}\n}\n");
  return 0;
}
