#include "capture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool capture_open(struct capture *capture, size_t head, size_t tail, int *writer) {
  *capture = (struct capture){.descriptor = -1, .head_room = head, .tail_room = tail};
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) return false;
  capture->descriptor = ends[0];
  *writer = ends[1];
  /* ours alone: the program's end stays one that waits */
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return true;
}

static void keep(struct capture *capture, const char *bytes, size_t size) {
  size_t start = capture->head_room - capture->head_used;
  if (start > size) start = size;
  if (start > 0) {
    memcpy(capture->head + capture->head_used, bytes, start);
    capture->head_used += start;
  }
  capture->total += start;
  for (size_t at = start; at < size;) {
    uint64_t past = capture->total - capture->head_used;
    if (capture->tail_room == 0) {
      capture->total += size - at;
      return;
    }
    size_t place = past % capture->tail_room;
    size_t run = capture->tail_room - place;
    if (run > size - at) run = size - at;
    memcpy(capture->tail + place, bytes + at, run);
    capture->total += run;
    at += run;
  }
}

/* Most programs print little or nothing: memory is taken when there is something to keep. */
static bool make_room(struct capture *capture) {
  if (capture->head == NULL) capture->head = malloc(capture->head_room + 1);
  if (capture->tail == NULL) capture->tail = malloc(capture->tail_room + 1);
  return capture->head != NULL && capture->tail != NULL;
}

void capture_read(struct capture *capture) {
  static char chunk[1 << 16];
  /* as much as a full pipe and a little more, so that one stream cannot keep us from all else */
  for (int turn = 0; turn < 4 && capture->descriptor >= 0; turn++) {
    ssize_t got = read(capture->descriptor, chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
      capture_close(capture);
      return;
    }
    if (make_room(capture)) keep(capture, chunk, (size_t)got);
    if ((size_t)got < sizeof chunk / 2) return;
  }
}

void capture_close(struct capture *capture) {
  if (capture->descriptor >= 0) close(capture->descriptor);
  capture->descriptor = -1;
}

size_t capture_tail(struct capture *capture) {
  uint64_t past = capture->total - capture->head_used;
  if (past <= capture->tail_room || capture->tail_room == 0) return capture->tail_room == 0 ? 0 : (size_t)past;
  size_t first = past % capture->tail_room;
  char *turned = malloc(capture->tail_room);
  if (turned == NULL) return 0;
  memcpy(turned, capture->tail + first, capture->tail_room - first);
  memcpy(turned + capture->tail_room - first, capture->tail, first);
  free(capture->tail);
  capture->tail = turned;
  return capture->tail_room;
}

void capture_free(struct capture *capture) {
  capture_close(capture);
  free(capture->head);
  free(capture->tail);
  capture->head = capture->tail = NULL;
}
