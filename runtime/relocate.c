#include "relocate.h"

#include <string.h>

#include "modules.h"

#ifdef HAVE_ZYDIS
#include <Zydis/Zydis.h>

#define DEPTH_FOLLOWED 2
#define MOST_FOLLOWED 64 /* bytes of a function that is called inside the module */

static bool decode(const ZydisDecoder *decoder, uintptr_t at, size_t left, ZydisDecodedInstruction *instruction) {
  return ZYAN_SUCCESS(ZydisDecoderDecodeInstruction(decoder, NULL, (const void *)at, left < 15 ? left : 15, instruction));
}

static bool is_relative(const ZydisDecodedInstruction *instruction) {
  return instruction->raw.imm[0].is_relative || instruction->raw.imm[1].is_relative;
}

static uintptr_t branch_target(uintptr_t at, const ZydisDecodedInstruction *instruction) {
  return at + instruction->length + (uintptr_t)instruction->raw.imm[0].value.s;
}

static bool ends_function(const ZydisDecodedInstruction *instruction) {
  return instruction->mnemonic == ZYDIS_MNEMONIC_JMP || instruction->mnemonic == ZYDIS_MNEMONIC_RET;
}

static bool fits32(intptr_t value) { return value == (int32_t)value; }

/* A call as a push of the original return address and a jump: it returns into the function
 * itself, and a stack walk sees nothing of the copy. */
static size_t write_call(uint8_t *to, uintptr_t after, uintptr_t target) {
  static const uint8_t down[5] = {0x48, 0x8d, 0x64, 0x24, 0xf8}; /* lea -8(%rsp), %rsp: keeps the flags */
  static const uint8_t low[3] = {0xc7, 0x04, 0x24}, high[4] = {0xc7, 0x44, 0x24, 0x04};
  uint32_t halves[2] = {(uint32_t)after, (uint32_t)(after >> 32)};
  memcpy(to, down, 5);
  memcpy(to + 5, low, 3);
  memcpy(to + 8, &halves[0], 4);
  memcpy(to + 12, high, 4);
  memcpy(to + 16, &halves[1], 4);
  intptr_t distance = (intptr_t)(target - ((uintptr_t)to + 25));
  if (!fits32(distance)) return 0;
  int32_t word = (int32_t)distance;
  to[20] = 0xe9;
  memcpy(to + 21, &word, 4);
  return 25;
}

/* A branch with a 32-bit distance, whatever it was before. */
static size_t write_branch(uint8_t *to, const ZydisDecodedInstruction *instruction, uintptr_t target) {
  uint8_t code[2];
  size_t length = 1;
  if (instruction->mnemonic == ZYDIS_MNEMONIC_JMP) code[0] = 0xe9;
  else if (instruction->meta.category == ZYDIS_CATEGORY_COND_BR && instruction->opcode_map == ZYDIS_OPCODE_MAP_DEFAULT &&
           (instruction->opcode & 0xf0) == 0x70) {
    code[0] = 0x0f;
    code[1] = 0x80 | (instruction->opcode & 15);
    length = 2;
  } else if (instruction->meta.category == ZYDIS_CATEGORY_COND_BR && instruction->opcode_map == ZYDIS_OPCODE_MAP_0F) {
    code[0] = 0x0f;
    code[1] = instruction->opcode;
    length = 2;
  } else {
    return 0;
  }
  intptr_t distance = (intptr_t)(target - ((uintptr_t)to + length + 4));
  if (!fits32(distance)) return 0;
  int32_t word = (int32_t)distance;
  memcpy(to, code, length);
  memcpy(to + length, &word, sizeof word);
  return length + 4;
}

static bool is_rip_relative(const ZydisDecodedInstruction *instruction) {
  return (instruction->attributes & ZYDIS_ATTRIB_HAS_MODRM) && instruction->raw.modrm.mod == 0 &&
         instruction->raw.modrm.rm == 5;
}

static size_t write_moved(uint8_t *to, uintptr_t from, const ZydisDecodedInstruction *instruction) {
  memcpy(to, (const void *)from, instruction->length);
  if (is_rip_relative(instruction)) {
    intptr_t distance = (intptr_t)(from + (uintptr_t)instruction->raw.disp.value - (uintptr_t)to);
    if (!fits32(distance)) return 0;
    int32_t word = (int32_t)distance;
    memcpy(to + instruction->raw.disp.offset, &word, sizeof word);
  }
  return instruction->length;
}

/* Does any branch of the function lead into its first `moved` bytes, past the entry? */
static bool branches_into(const ZydisDecoder *decoder, uintptr_t from, size_t size, size_t moved) {
  for (size_t at = 0; at < size;) {
    ZydisDecodedInstruction instruction;
    if (!decode(decoder, from + at, size - at, &instruction)) return true;
    if (is_relative(&instruction)) {
      uintptr_t target = branch_target(from + at, &instruction);
      if (target > from && target < from + moved) return true;
    }
    at += instruction.length;
  }
  return false;
}

bool relocate_available(void) { return true; }

bool is_filling(uintptr_t from, uintptr_t to) {
  ZydisDecoder decoder;
  ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
  while (from < to) {
    ZydisDecodedInstruction instruction;
    if (!decode(&decoder, from, 15, &instruction)) return false;
    if (instruction.mnemonic != ZYDIS_MNEMONIC_NOP && instruction.mnemonic != ZYDIS_MNEMONIC_INT3) return false;
    from += instruction.length;
  }
  return true;
}

size_t relocate_prologue(uintptr_t from, size_t size, size_t least, uint8_t *to, size_t room) {
  ZydisDecoder decoder;
  ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
  size_t read = 0, written = 0;
  bool ended = false;
  while (read < least && !ended) {
    ZydisDecodedInstruction instruction;
    if (read >= size || written + 32 > room || !decode(&decoder, from + read, size - read, &instruction)) return 0;
    bool call = instruction.mnemonic == ZYDIS_MNEMONIC_CALL;
    uintptr_t target = is_relative(&instruction) ? branch_target(from + read, &instruction) : 0;
    size_t length = target && call ? write_call(to + written, from + read + instruction.length, target)
                    : target       ? write_branch(to + written, &instruction, target)
                    : call         ? 0 /* through memory or a register: seldom this early */
                                   : write_moved(to + written, from + read, &instruction);
    if (length == 0) return 0;
    written += length;
    read += instruction.length;
    ended = ends_function(&instruction) || call;
  }
  if (branches_into(&decoder, from, size, read < least ? least : read)) return 0;
  if (!ended) {
    intptr_t distance = (intptr_t)(from + read - ((uintptr_t)to + written + 5));
    if (!fits32(distance)) return 0;
    int32_t word = (int32_t)distance;
    to[written] = 0xe9;
    memcpy(to + written + 1, &word, sizeof word);
    written += 5;
  }
  return written;
}

/* A stub that jumps through the table of another module's functions. */
static bool is_linkage_stub(uintptr_t at) {
  static const uint8_t landing[4] = {0xf3, 0x0f, 0x1e, 0xfa};
  const uint8_t *code = (const uint8_t *)at;
  if (memcmp(code, landing, sizeof landing) == 0) code += sizeof landing;
  if (code[0] == 0xf2) code++;
  return code[0] == 0xff && code[1] == 0x25;
}

/* What looks like a branch may be data: its target is read only where code is. */
static bool is_code(uintptr_t at) {
  const struct module *module = module_at(at);
  return module && at >= module->text_start && at + MOST_FOLLOWED <= module->text_end;
}

static bool calls_unknown(const ZydisDecoder *decoder, uintptr_t from, size_t size, unsigned depth) {
  for (size_t at = 0; at < size;) {
    ZydisDecodedInstruction instruction;
    if (!decode(decoder, from + at, size - at, &instruction)) return false;
    bool call = instruction.mnemonic == ZYDIS_MNEMONIC_CALL, jump = instruction.mnemonic == ZYDIS_MNEMONIC_JMP;
    if ((call || jump) && is_relative(&instruction)) {
      uintptr_t target = branch_target(from + at, &instruction);
      bool leaves = target < from || target >= from + size;
      if (leaves && is_code(target) && (is_linkage_stub(target) || (depth && calls_unknown(decoder, target, MOST_FOLLOWED, depth - 1)))) return true;
    } else if (call || (jump && is_rip_relative(&instruction))) {
      return true;
    }
    if (depth < DEPTH_FOLLOWED && ends_function(&instruction)) return false; /* how long it is we do not know */
    at += instruction.length;
  }
  return false;
}

bool calls_unknown_code(uintptr_t from, size_t size) {
  ZydisDecoder decoder;
  ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
  return calls_unknown(&decoder, from, size, DEPTH_FOLLOWED);
}

#else

bool relocate_available(void) { return false; }

bool calls_unknown_code(uintptr_t from, size_t size) {
  (void)from;
  (void)size;
  return false;
}

bool is_filling(uintptr_t from, uintptr_t to) {
  for (; from < to; from++)
    if (*(const uint8_t *)from != 0xcc && *(const uint8_t *)from != 0x90) return false;
  return true;
}

/* Without a decoder: only a body that is one jump. */
size_t relocate_prologue(uintptr_t from, size_t size, size_t least, uint8_t *to, size_t room) {
  const uint8_t *code = (const uint8_t *)from;
  if (size < 5 || least > 5 || room < 5 || code[0] != 0xe9) return 0;
  int32_t word;
  memcpy(&word, code + 1, sizeof word);
  intptr_t distance = (intptr_t)(from + 5) + word - (intptr_t)((uintptr_t)to + 5);
  if (distance != (int32_t)distance) return 0;
  word = (int32_t)distance;
  to[0] = 0xe9;
  memcpy(to + 1, &word, sizeof word);
  return 5;
}

#endif
