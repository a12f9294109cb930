#include "frame_rules.h"

#include <string.h>

struct rule_state {
  struct rule rule;
  bool lost; /* depends on a register that we do not follow, or has no caller */
};

#define RSP 7
#define RBP 6
#define RETURN 16

static uint64_t read_uleb(const uint8_t **at) {
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    uint8_t byte = *(*at)++;
    value |= (uint64_t)(byte & 127) << shift;
    if (!(byte & 128)) break;
  }
  return value;
}

static int64_t read_sleb(const uint8_t **at) {
  int64_t value = 0;
  for (unsigned shift = 0; shift < 64;) {
    uint8_t byte = *(*at)++;
    value |= (int64_t)(byte & 127) << shift;
    shift += 7;
    if (byte & 128) continue;
    if (shift < 64 && (byte & 64)) value |= -((int64_t)1 << shift);
    break;
  }
  return value;
}

static uint32_t read_u32(const uint8_t *at) {
  uint32_t value;
  memcpy(&value, at, sizeof value);
  return value;
}

/* DW_EH_PE encodings that occur on x86-64. */
static bool read_encoded(const uint8_t **at, uint8_t encoding, uintptr_t data_base, uintptr_t *out) {
  uintptr_t here = (uintptr_t)*at;
  int64_t value;
  if (encoding == 0xff) return false;
  switch (encoding & 15) {
    case 0: case 4: case 12: memcpy(&value, *at, 8); *at += 8; break;
    case 3: value = read_u32(*at); *at += 4; break;
    case 11: value = (int32_t)read_u32(*at); *at += 4; break;
    case 2: { uint16_t small; memcpy(&small, *at, 2); value = small; *at += 2; break; }
    case 10: { int16_t small; memcpy(&small, *at, 2); value = small; *at += 2; break; }
    case 1: value = (int64_t)read_uleb(at); break;
    case 9: value = read_sleb(at); break;
    default: return false;
  }
  if ((encoding & 0x70) == 0x10) value += (int64_t)here;
  else if ((encoding & 0x70) == 0x30) value += (int64_t)data_base;
  else if (encoding & 0x70) return false;
  *out = (uintptr_t)value;
  return !(encoding & 0x80);
}

struct cie {
  uint64_t code_align;
  int64_t data_align;
  uint8_t encoding;
  bool signal, augmented;
  const uint8_t *program, *end;
};

static bool read_cie(const uint8_t *at, struct cie *cie) {
  uint32_t length = read_u32(at);
  if (length == 0 || length == 0xffffffffu) return false;
  cie->end = at + 4 + length;
  at += 8;
  uint8_t version = *at++;
  const char *augmentation = (const char *)at;
  at += strlen(augmentation) + 1;
  cie->code_align = read_uleb(&at);
  cie->data_align = read_sleb(&at);
  if (version == 1) at++;
  else read_uleb(&at);
  cie->encoding = 0;
  cie->signal = false;
  cie->augmented = augmentation[0] == 'z';
  if (cie->augmented) {
    uint64_t size = read_uleb(&at);
    const uint8_t *after = at + size;
    for (const char *letter = augmentation + 1; *letter; letter++) {
      uintptr_t ignored;
      if (*letter == 'R') cie->encoding = *at++;
      else if (*letter == 'S') cie->signal = true;
      else if (*letter == 'L') at++;
      else if (*letter == 'P') {
        uint8_t encoding = *at++;
        uint8_t plain = encoding & 0x7f;
        if (!read_encoded(&at, plain, 0, &ignored)) return false;
      }
    }
    at = after;
  } else if (augmentation[0]) {
    return false;
  }
  cie->program = at;
  return true;
}

/* def_cfa_expression: only `*(rbp + n)`, what a realigned frame uses. */
static bool expression_deref_frame(const uint8_t *at, uint64_t length, int64_t *offset) {
  const uint8_t *end = at + length;
  if (length < 2 || *at++ != 0x76) return false;
  *offset = read_sleb(&at);
  return at + 1 == end && *at == 0x06;
}

static void set_cfa(struct rule_state *state, uint64_t reg, int64_t offset) {
  state->rule.cfa = reg == RSP ? CFA_STACK : reg == RBP ? CFA_FRAME : CFA_STOP;
  state->rule.cfa_offset = (int32_t)offset;
}

static void set_saved(struct rule_state *state, uint64_t reg, int64_t offset) {
  if (reg == RBP) {
    state->rule.frame = FRAME_AT_CFA;
    state->rule.frame_offset = (int32_t)offset;
  } else if (reg == RETURN) {
    state->lost = offset != -8;
  }
}

#define STATES_SAVED 8 /* within each other; compilers save one */

static void run_program(const struct cie *cie, const uint8_t *at, const uint8_t *end, uintptr_t from, uintptr_t pc,
                        struct rule_state *state, const struct rule_state *initial) {
  struct rule_state saved[STATES_SAVED];
  unsigned depth = 0;
  uintptr_t location = from;
  while (at < end && location <= pc) {
    uint8_t operation = *at++;
    uint8_t low = operation & 0x3f;
    uint64_t reg, length;
    int64_t offset;
    switch (operation & 0xc0) {
      case 0x40: location += low * cie->code_align; continue;
      case 0x80: set_saved(state, low, (int64_t)read_uleb(&at) * cie->data_align); continue;
      case 0xc0:
        if (low == RBP) {
          state->rule.frame = initial->rule.frame;
          state->rule.frame_offset = initial->rule.frame_offset;
        }
        continue;
    }
    switch (operation) {
      case 0x00: break;
      case 0x01: if (!read_encoded(&at, cie->encoding, 0, &location)) { state->lost = true; return; } break;
      case 0x02: location += *at++ * cie->code_align; break;
      case 0x03: { uint16_t step; memcpy(&step, at, 2); at += 2; location += step * cie->code_align; break; }
      case 0x04: location += read_u32(at) * cie->code_align; at += 4; break;
      case 0x05: reg = read_uleb(&at); set_saved(state, reg, (int64_t)read_uleb(&at) * cie->data_align); break;
      case 0x06: read_uleb(&at); break;
      case 0x07: if (read_uleb(&at) == RETURN) state->lost = true; break;
      case 0x08: if (read_uleb(&at) == RBP) state->rule.frame = FRAME_SAME; break;
      case 0x09: if (read_uleb(&at) == RBP) state->lost = true; read_uleb(&at); break;
      case 0x0a: if (depth < STATES_SAVED) saved[depth] = *state; depth++; break;
      case 0x0b:
        if (depth && --depth < STATES_SAVED) *state = saved[depth];
        else state->lost = true;
        break;
      case 0x0c: reg = read_uleb(&at); set_cfa(state, reg, (int64_t)read_uleb(&at)); break;
      case 0x0d: set_cfa(state, read_uleb(&at), state->rule.cfa_offset); break;
      case 0x0e: state->rule.cfa_offset = (int32_t)read_uleb(&at); break;
      case 0x0f:
        length = read_uleb(&at);
        if (expression_deref_frame(at, length, &offset)) {
          state->rule.cfa = CFA_FRAME_DEREF;
          state->rule.cfa_offset = (int32_t)offset;
        } else {
          state->rule.cfa = CFA_STOP;
        }
        at += length;
        break;
      case 0x10:
        reg = read_uleb(&at);
        length = read_uleb(&at);
        if (reg == RBP) {
          const uint8_t *expression = at;
          if (length >= 2 && *expression++ == 0x76) {
            state->rule.frame = FRAME_AT_FRAME;
            state->rule.frame_offset = (int32_t)read_sleb(&expression);
          } else {
            state->lost = true;
          }
        }
        at += length;
        break;
      case 0x11: reg = read_uleb(&at); set_saved(state, reg, read_sleb(&at) * cie->data_align); break;
      case 0x12: reg = read_uleb(&at); set_cfa(state, reg, read_sleb(&at) * cie->data_align); break;
      case 0x13: state->rule.cfa_offset = (int32_t)(read_sleb(&at) * cie->data_align); break;
      case 0x14: case 0x15: read_uleb(&at); read_sleb(&at); break;
      case 0x16: read_uleb(&at); length = read_uleb(&at); at += length; break;
      case 0x2e: read_uleb(&at); break;
      case 0x2f: reg = read_uleb(&at); set_saved(state, reg, -(int64_t)read_uleb(&at) * cie->data_align); break;
      default: state->lost = true; return;
    }
  }
}

static const uint8_t *find_entry(const uint8_t *index, uintptr_t pc) {
  if (index[0] != 1 || index[3] != 0x3b) return NULL; /* sorted, relative to the table: what linkers write */
  const uint8_t *at = index + 4;
  uintptr_t ignored, count;
  if (!read_encoded(&at, index[1], (uintptr_t)index, &ignored)) return NULL;
  if (!read_encoded(&at, index[2], (uintptr_t)index, &count) || !count) return NULL;
  size_t low = 0, high = count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    uintptr_t start = (uintptr_t)index + (uintptr_t)(intptr_t)(int32_t)read_u32(at + middle * 8);
    if (start <= pc) low = middle + 1;
    else high = middle;
  }
  return low ? index + (int32_t)read_u32(at + (low - 1) * 8 + 4) : NULL;
}

static struct rule find_rule(const struct module *module, uintptr_t pc) {
  const struct rule stop = {.cfa = CFA_STOP};
  const uint8_t *entry = find_entry(module->unwind_index, pc);
  if (!entry) return stop;
  uint32_t length = read_u32(entry);
  if (length == 0 || length == 0xffffffffu) return stop;
  const uint8_t *end = entry + 4 + length, *at = entry + 8;
  struct cie cie;
  if (!read_cie(entry + 4 - read_u32(entry + 4), &cie)) return stop;
  uintptr_t from, size;
  if (!read_encoded(&at, cie.encoding, 0, &from)) return stop;
  if (!read_encoded(&at, cie.encoding & 15, 0, &size) || pc - from >= size) return stop;
  if (cie.signal) return (struct rule){.cfa = CFA_SIGNAL};
  if (cie.augmented) at += read_uleb(&at);
  struct rule_state state = {.rule = {.cfa = CFA_STOP}}, initial;
  run_program(&cie, cie.program, cie.end, from, pc, &state, &state);
  initial = state;
  run_program(&cie, at, end, from, pc, &state, &initial);
  return state.lost ? stop : state.rule;
}

#define CACHE_ENTRIES 1024
static struct { uint64_t check, rule; } cache[CACHE_ENTRIES];

struct rule frame_rule_at(const struct module *module, uintptr_t pc) {
  uint64_t key = pc ^ modules_generation * 0x9E3779B97F4A7C15ull, packed; /* as often as one likes: no two alike */
  unsigned slot = (unsigned)((pc * 0x9E3779B97F4A7C15ull) >> 54);
  uint64_t check = __atomic_load_n(&cache[slot].check, __ATOMIC_RELAXED);
  packed = __atomic_load_n(&cache[slot].rule, __ATOMIC_RELAXED);
  struct rule rule;
  _Static_assert(sizeof rule == sizeof packed, "a rule is one word");
  if ((check ^ packed) == key) {
    memcpy(&rule, &packed, sizeof rule);
    return rule;
  }
  rule = find_rule(module, pc);
  memcpy(&packed, &rule, sizeof packed);
  __atomic_store_n(&cache[slot].rule, packed, __ATOMIC_RELAXED);
  __atomic_store_n(&cache[slot].check, key ^ packed, __ATOMIC_RELAXED);
  return rule;
}
