/*
 * A slower disk for one process: preloaded, it lets every call that makes bytes durable take FSDELAY_US microseconds
 * longer, and counts those calls in the file FSDELAY_COUNTS. Four numbers of eight bytes stand there, which another
 * process may read at any time: fsync, fdatasync, msync, writes to files opened with O_SYNC or O_DSYNC.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum kind { FSYNC, FDATASYNC, MSYNC, SYNCED_WRITE, KINDS };

static _Atomic unsigned long *counts;
static struct timespec delay;

__attribute__((constructor)) static void prepare(void) {
  const char *us = getenv("FSDELAY_US"), *path = getenv("FSDELAY_COUNTS");
  if (us) delay = (struct timespec){atol(us) / 1000000, atol(us) % 1000000 * 1000};
  if (!path) return;
  int file = open(path, O_RDWR | O_CREAT, 0600);
  if (file < 0 || ftruncate(file, KINDS * sizeof *counts) != 0) return;
  void *map = mmap(NULL, KINDS * sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (map != MAP_FAILED) counts = map;
  close(file);
}

/* What the caller sees of errno is what the real call left there. */
static void made_durable(enum kind kind) {
  int error = errno;
  if (counts) atomic_fetch_add(&counts[kind], 1);
  struct timespec left = delay;
  while (nanosleep(&left, &left) != 0 && errno == EINTR);
  errno = error;
}

/* O_SYNC has the bit of O_DSYNC. */
static int is_synced(int file) {
  int error = errno, flags = fcntl(file, F_GETFL);
  errno = error;
  return flags >= 0 && (flags & O_DSYNC);
}

/* Threads that look it up at once find the same. */
#define REAL(name) \
  static __typeof__(&name) real; \
  if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

int fsync(int file) {
  REAL(fsync);
  int result = real(file);
  made_durable(FSYNC);
  return result;
}

int fdatasync(int file) {
  REAL(fdatasync);
  int result = real(file);
  made_durable(FDATASYNC);
  return result;
}

int msync(void *from, size_t length, int flags) {
  REAL(msync);
  int result = real(from, length, flags);
  if (flags & MS_SYNC) made_durable(MSYNC);
  return result;
}

ssize_t write(int file, const void *bytes, size_t length) {
  REAL(write);
  ssize_t written = real(file, bytes, length);
  if (is_synced(file)) made_durable(SYNCED_WRITE);
  return written;
}

ssize_t pwrite(int file, const void *bytes, size_t length, off_t at) {
  REAL(pwrite);
  ssize_t written = real(file, bytes, length, at);
  if (is_synced(file)) made_durable(SYNCED_WRITE);
  return written;
}

ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t at) {
  REAL(pwrite64);
  ssize_t written = real(file, bytes, length, at);
  if (is_synced(file)) made_durable(SYNCED_WRITE);
  return written;
}
