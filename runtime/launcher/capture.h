/* What a program prints, kept without bound on what it may print: the start and the end. */
#ifndef CROSSFREE_LAUNCHER_CAPTURE_H
#define CROSSFREE_LAUNCHER_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct capture {
  int descriptor;  /* the end that we read; -1: closed */
  char *head;
  size_t head_room;
  size_t head_used;
  char *tail;      /* a ring */
  size_t tail_room;
  uint64_t total;
};

/* Makes the pipe; `*writer` is the program's end. False: no descriptors or no memory, errno says. */
bool capture_open(struct capture *capture, size_t head, size_t tail, int *writer);
/* Reads what there is without waiting. */
void capture_read(struct capture *capture);
void capture_close(struct capture *capture);
/* Turns the ring so that it begins at `tail`; returns how many bytes of it are used. */
size_t capture_tail(struct capture *capture);
void capture_free(struct capture *capture);

#endif
