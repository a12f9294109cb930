#include "releases.h"

#include <string.h>
#include <sys/stat.h>

#include "arrangement.h"
#include "block_rules.h"
#include "ledger.h"
#include "locate.h"
#include "modules.h"
#include "release_records.h"
#include "system.h"
#include "unwind.h"

bool releases_watched HIDDEN;

static bool noted, all_left_out;
static uint64_t *left_out; /* open hash table of ids; 0: free */
static size_t left_out_mask;

static uint64_t mix(uint64_t hash, uint64_t value) {
  hash = (hash ^ value) * 0x9E3779B97F4A7C15ull;
  return hash ^ hash >> 32;
}

static uint64_t mix_bytes(uint64_t hash, const void *bytes, size_t length) {
  for (size_t i = 0; i < length; i++) hash = mix(hash, ((const uint8_t *)bytes)[i]);
  return hash;
}

/* The same in every run: neither where it is mapped nor the folder that it lies in counts. */
static uint64_t identity_of(struct module *module) {
  if (module->identity) return module->identity;
  const char *slash = strrchr(module->path, '/'), *name = slash ? slash + 1 : module->path;
  uint64_t hash = mix_bytes(mix_bytes(1, name, strlen(name)), module->build_id, module->build_id_length);
  return module->identity = hash ? hash : 1;
}

static bool is_repeated(const uint64_t *frames, size_t index) {
  for (size_t i = 0; i < index; i++)
    if (frames[i] == frames[index]) return true;
  return false;
}

/* A frame counts once, however often it recurs: a tree that is freed by recursion is one site. Code outside
 * of every module was generated, and lies elsewhere in each run. */
static uint64_t site_of(unsigned function, const uint64_t *frames, size_t count) {
  uint64_t hash = mix(1, function);
  bool generated = false;
  for (size_t i = 0; i < count; i++) {
    if (is_repeated(frames, i)) continue;
    struct module *module = module_at(frames[i] - 1);
    if (module) hash = mix(hash, mix(identity_of(module), frames[i] - module->base));
    else if (!generated) hash = mix(hash, generated = true);
  }
  return (hash | 2) & ~(uint64_t)1; /* neither 0 nor odd */
}

static bool is_left_out(uint64_t site) {
  if (all_left_out) return true;
  if (!left_out) return false;
  for (size_t at = site & left_out_mask; left_out[at]; at = (at + 1) & left_out_mask)
    if (left_out[at] == site) return true;
  return false;
}

/* What an allocator does inside of a release is none of the program's. */
static bool is_inner(const struct release *release, const struct block *block) {
  if (passing.block == release->pointer) return true;
  return block && word_state(block->word) == STATE_PASSING && is_base(release->function, release->world);
}

bool release_left_out(const struct release *release) {
  struct block block;
  bool known = shadow_read((uintptr_t)release->pointer, &block);
  if (!release->pointer || is_inner(release, known ? &block : NULL)) return false;
  if (all_left_out && !noted) return true;
  struct release_seen seen = {.release = release, .block = known ? &block : NULL};
  bool truncated;
  seen.frame_count = unwind_stack(release->place.return_address, seen.frames, STACK_FRAMES_MAX, &truncated);
  seen.truncated = truncated;
  seen.site = site_of(release->function, seen.frames, seen.frame_count);
  seen.left_out = is_left_out(seen.site);
  if (noted) release_note(&seen);
  return seen.left_out;
}

/* As many bytes as there are to be read of what is reallocated, whatever that is. */
static uint64_t readable(const struct release *old) {
  uintptr_t address = (uintptr_t)old->pointer;
  struct block block;
  if (shadow_read(address, &block) && word_state(block.word) == STATE_LIVE && block.size != SIZE_UNKNOWN) return block.size;
  struct place_in_memory place = locate(address, old->place.stack);
  locate_further(address, old->place.stack, &place);
  uint64_t left = place.end > address ? place.end - address : 0;
  return old->size < left ? old->size : left;
}

bool reallocation_left_out(struct reallocation *call, void **result) {
  struct release *old = &call->old;
  bool aligned = is_c(old->world) && call->new_alignment > 16; /* malloc cannot make it */
  if (!release_left_out(old) || !can_allocate_in(old->world) || aligned) return false;
  old->world = world_at(old->world, &old->place);
  if (undetermined(old->world)) old->world = WORLD_C;
  /* glibc's gives nothing back for no bytes */
  *result = call->new_size == 0 && is_c(old->world) && c_is_glibc ? NULL : copy_block(call, readable(old));
  return true;
}

/* ---- the list ---- */

static int digit(char text) {
  if (text >= '0' && text <= '9') return text - '0';
  return text >= 'a' && text <= 'f' ? text - 'a' + 10 : -1;
}

static void leave_out(uint64_t site) {
  size_t at = site & left_out_mask;
  while (left_out[at] && left_out[at] != site) at = (at + 1) & left_out_mask;
  left_out[at] = site;
}

static void read_list(const char *text, size_t size) {
  size_t capacity = 64;
  while (capacity < size / 8) capacity *= 2; /* a line has 17 bytes: half of the places stay free */
  if (!(left_out = system_map(capacity * sizeof *left_out))) return;
  left_out_mask = capacity - 1;
  for (size_t at = 0; at < size;) {
    if (text[at] == '*') all_left_out = true;
    uint64_t site = 0;
    for (; at < size && digit(text[at]) >= 0; at++) site = site << 4 | (uint64_t)digit(text[at]);
    if (site) leave_out(site);
    while (at < size && digit(text[at]) < 0) at++;
  }
}

void releases_start(bool note, const char *path) {
  noted = note;
  int fd = path ? system_open(path, O_RDONLY, 0) : -1;
  struct stat status;
  if (fd >= 0 && system_call(SYS_fstat, fd, &status, 0) == 0 && status.st_size > 0) {
    size_t size = (size_t)status.st_size;
    const char *text = system_map_file(fd, size, PROT_READ, MAP_PRIVATE);
    if (text) {
      read_list(text, size);
      system_unmap((void *)text, size);
    }
  }
  if (fd >= 0) system_close(fd);
  releases_watched = noted || all_left_out || left_out;
}
