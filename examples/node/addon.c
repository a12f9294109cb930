#include <node_api.h>
#include <stdlib.h>
#include <string.h>

static void *hide(void *block) {
  __asm__ volatile("" : "+r"(block));
  return block;
}

static napi_value length_of_copy(napi_env env, napi_callback_info info, int wrong) {
  size_t count = 1, length = 0;
  napi_value argument, result;
  napi_get_cb_info(env, info, &count, &argument, NULL, NULL);
  napi_get_value_string_utf8(env, argument, NULL, 0, &length);
  char *copy = hide(malloc(length + 1));
  napi_get_value_string_utf8(env, argument, copy, length + 1, &length);
  napi_create_uint32(env, (uint32_t)strlen(copy), &result);
  free(copy);
  if (wrong) free(hide(copy)); /* released again */
  return result;
}

static napi_value faulty(napi_env env, napi_callback_info info) { return length_of_copy(env, info, 1); }
static napi_value healthy(napi_env env, napi_callback_info info) { return length_of_copy(env, info, 0); }

NAPI_MODULE_INIT() {
  napi_value function;
  napi_create_function(env, "faulty", NAPI_AUTO_LENGTH, faulty, NULL, &function);
  napi_set_named_property(env, exports, "faulty", function);
  napi_create_function(env, "healthy", NAPI_AUTO_LENGTH, healthy, NULL, &function);
  napi_set_named_property(env, exports, "healthy", function);
  return exports;
}
