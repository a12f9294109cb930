#include "channel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

/* How many bytes came: fewer than `size` where the other side has closed. */
static size_t read_exactly(int channel, void *target, size_t size) {
  size_t have = 0;
  while (have < size) {
    ssize_t got = read(channel, (char *)target + have, size - have);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    have += (size_t)got;
  }
  return have;
}

/* What makes a header one that we cannot mean; NULL: nothing. */
static const char *objection(const struct job *job) {
  if (job->magic != JOB_MAGIC) return "no job begins here (wrong magic number)";
  if (job->version != PROTOCOL_VERSION) return "the job is of another version";
  if (job->length > MOST_WORD_BYTES) return "the job's words are too long";
  if (job->head > MOST_KEPT_BYTES || job->tail > MOST_KEPT_BYTES) return "too much output is to be kept";
  /* each word takes a byte at least */
  if ((uint64_t)job->arguments + job->variables + 3 > job->length) return "the job has fewer words than it says";
  if (job->arguments == 0) return "the job has no arguments, not even a name";
  return NULL;
}

/* The next word, or NULL where the bytes end before it does. */
static char *next_word(char **at, char *end) {
  char *word = *at;
  char *zero = memchr(word, 0, (size_t)(end - word));
  if (zero == NULL) return NULL;
  *at = zero + 1;
  return word;
}

/* False when the bytes are not the words that the header promises. */
static bool split_words(struct order *order) {
  char *at = order->words, *end = at + order->job.length;
  char *first[3];
  for (int index = 0; index < 3; index++)
    if ((first[index] = next_word(&at, end)) == NULL) return false;
  order->executable = first[0];
  order->directory = first[1];
  order->input = first[2];
  for (uint32_t index = 0; index < order->job.arguments; index++)
    if ((order->arguments[index] = next_word(&at, end)) == NULL) return false;
  for (uint32_t index = 0; index < order->job.variables; index++)
    if ((order->environment[index] = next_word(&at, end)) == NULL) return false;
  return at == end;
}

enum received receive(int channel, struct order *order, const char **why) {
  memset(order, 0, sizeof *order);
  struct job *job = &order->job;
  size_t got = read_exactly(channel, job, sizeof *job);
  if (got == 0) return RECEIVED_END;
  *why = got < sizeof *job ? "the job breaks off in its header" : objection(job);
  if (*why != NULL) return RECEIVED_NONSENSE;
  order->words = malloc(job->length);
  char **slots = calloc((size_t)job->arguments + 2, sizeof *slots);
  order->environment = calloc((size_t)job->variables + 1, sizeof *order->environment);
  if (slots != NULL) order->arguments = slots + 1;
  if (order->words == NULL || slots == NULL || order->environment == NULL) *why = "no memory for the job";
  else if (read_exactly(channel, order->words, job->length) < job->length) *why = "the job breaks off in its words";
  else if (!split_words(order)) *why = "the job's words are not those that it promises";
  if (*why == NULL) return RECEIVED_JOB;
  forget_order(order);
  return RECEIVED_NONSENSE;
}

void forget_order(struct order *order) {
  free(order->words);
  if (order->arguments != NULL) free(order->arguments - 1);
  free(order->environment);
  memset(order, 0, sizeof *order);
}

bool send_report(int channel, const struct report *report, const struct part *parts, int count) {
  struct iovec pieces[8] = {{(void *)report, sizeof *report}};
  int last = 1, first = 0;
  for (int index = 0; index < count && last < 8; index++)
    if (parts[index].size > 0) pieces[last++] = (struct iovec){(void *)parts[index].bytes, parts[index].size};
  while (first < last) {
    ssize_t sent = writev(channel, pieces + first, last - first);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return false;
    size_t rest = (size_t)sent;
    for (; first < last && rest >= pieces[first].iov_len; first++) rest -= pieces[first].iov_len;
    if (first == last) break;
    pieces[first].iov_base = (char *)pieces[first].iov_base + rest;
    pieces[first].iov_len -= rest;
  }
  return true;
}
